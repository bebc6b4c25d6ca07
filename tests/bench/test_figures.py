from __future__ import annotations

from pathlib import Path

from bench.cli import main
from bench.conditions import Conditions
from bench.figures import INTRODUCTION, publish, written
from bench.recordings import Pcm
from bench.report import Column, Report, Table
from tests.bench.conftest import write

CONDITIONS = Conditions("a CPU", 2, "a system", 0.5, "a model", "1a2b3c4", "2026-01-02 03:04 UTC")


def report(value: int) -> Report:
    return Report("x", CONDITIONS, {}, [Table("Found", (Column("value"),), [(value,)])])


def test_a_page_is_made_and_a_part_replaced_in_its_place(tmp_path: Path) -> None:
    page = tmp_path / "docs" / "figures.md"
    publish(page, ["capacity", "--sessions", "1"], report(1))
    publish(page, ["capacity", "--model", "base", "--sessions", "1"], report(2))
    publish(page, ["startup", "--json", "x.json"], report(3))
    before = page.read_text()
    publish(page, ["capacity", "--sessions", "2", "--plots", "p"], report(4))
    lines = page.read_text().splitlines()
    assert [line for line in lines if line.startswith("## ")] == [
        "## `vivavoz bench capacity --sessions 2`",
        "## `vivavoz bench capacity --model base --sessions 1`",
        "## `vivavoz bench startup`",
    ]
    assert [line for line in lines if line[:3] in {"| 1", "| 2", "| 3", "| 4"}] == [
        "| 4 |",
        "| 2 |",
        "| 3 |",
    ]
    assert page.read_text() == before.replace("--sessions 1`", "--sessions 2`", 1).replace(
        "| 1 |", "| 4 |"
    )
    assert page.read_text().startswith(INTRODUCTION)
    assert lines.count("### Found") == 3
    assert lines.count("- machine: a CPU, 2 cores (a system); load average before: 0.5") == 3


def test_a_command_as_it_is_written() -> None:
    files = [f"data/{name}.flac" for name in "abcd"]
    argv = ["session", "--minutes", "0.5", *files, "--json=x", "other/e.wav"]
    assert written(argv) == "session --minutes 0.5 'data/*.flac' other/e.wav".replace("'", "")
    assert written(["session", *files[:2]]) == "session data/a.flac data/b.flac"
    assert written(["vad", "a b"]) == "vad 'a b'"


def test_a_command_publishes(tmp_path: Path, one_utterance: Pcm) -> None:
    write(tmp_path / "voice.wav", one_utterance)
    (tmp_path / "x.rttm").write_text("SPEAKER voice 1 0.5 1.0 <NA> <NA> anna <NA> <NA>\n")
    page = tmp_path / "figures.md"
    assert main(["vad", str(tmp_path), "--figures", str(page)]) == 0
    assert f"## `vivavoz bench vad {tmp_path}`" in page.read_text()
    assert "### Overall" in page.read_text()
