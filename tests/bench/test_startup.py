from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.cli import main
from bench.startup import Start, tabulate


def test_medians_and_extremes() -> None:
    servers = [Start(2.0, 1.0, 100.0), Start(9.0, 3.0, 120.0), Start(1.0, 2.0, 110.0)]
    rows = tabulate(servers, servers[:1]).rows
    assert rows[0][1:] == (2.0, 1.0, 9.0, 2.0, 110.0)
    assert rows[1][1:] == (2.0, 2.0, 2.0, 1.0, 100.0)


def test_a_server_and_the_reference(
    tiny_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "report.json"
    argv = ["startup", "--model", str(tiny_model), "--runs", "1", "--json", str(out)]
    assert main(argv) == 0
    assert "- model: tiny " in capsys.readouterr().out
    (table,) = json.loads(out.read_text())["tables"]
    ours, bare = table["rows"]
    assert ours["median, s"] > ours["CPU median, s"] * 0.3 > 0
    assert ours["CPU median, s"] > bare["CPU median, s"] > 0
    assert 1000 > ours["resident, MiB"] > bare["resident, MiB"] > 10


def test_what_cannot_be_measured_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["startup", "--runs", "0"]) == 2
    assert main(["startup", "--model", str(tmp_path)]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert "--runs" in lines[0]
    assert "config.json" in lines[1]
