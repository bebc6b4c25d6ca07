from __future__ import annotations

import json

import pytest

from bench.conditions import Conditions
from bench.report import Column, Report, Table

CONDITIONS = Conditions("a CPU", 2, "a system", 0.5, "a model", "1a2b3c4", "2026-01-02 03:04 UTC")
TABLE = Table(
    "Figures",
    (Column("name"), Column("value", ".1f"), Column("share", ".1%")),
    [("one", 1.25, 0.5), ("two", 3, None)],
    ("A note.",),
)


def test_a_table_in_markdown() -> None:
    assert TABLE.to_markdown().splitlines() == [
        "## Figures",
        "",
        "| name | value | share |",
        "| :-- | --: | --: |",
        "| one | 1.2 | 50.0% |",
        "| two | 3 | – |",  # noqa: RUF001 - the sign for nothing
        "",
        "A note.",
    ]


def test_a_row_has_a_cell_for_each_column() -> None:
    with pytest.raises(ValueError, match="zip"):
        Table("x", (Column("a"), Column("b")), [(1,)]).to_markdown()


def test_a_report_begins_with_its_conditions() -> None:
    report = Report("vad", CONDITIONS, {"onset_ms": 100, "runs": 3}, [TABLE])
    head = report.to_markdown().split("\n\n")[1]
    assert head.splitlines() == [
        "- machine: a CPU, 2 cores (a system); load average before: 0.5",
        "- model: a model",
        "- commit: 1a2b3c4",
        "- date: 2026-01-02 03:04 UTC",
        "- settings: onset_ms 100, runs 3",
    ]
    assert "Failed" not in report.to_markdown()


def test_failures_are_told() -> None:
    report = Report("session", CONDITIONS, {}, [TABLE], ["2 verdicts lost"])
    assert report.to_markdown().endswith("## Failed\n\n- 2 verdicts lost\n")


def test_json_holds_the_figures_unrounded() -> None:
    data = json.loads(Report("vad", CONDITIONS, {"a": 1}, [TABLE], (), {"raw": [1]}).to_json())
    assert data["conditions"]["commit"] == "1a2b3c4"
    assert data["tables"][0]["rows"][0] == {"name": "one", "value": 1.25, "share": 0.5}
    assert data["tables"][0]["rows"][1]["share"] is None
    assert (data["failures"], data["details"], data["settings"]) == ([], {"raw": [1]}, {"a": 1})
