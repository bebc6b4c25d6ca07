from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from bench.cli import main
from bench.hostile import FOLDER, Answer, File, faults, read_files


def some(folder: Path, *names: str, answer: str | None = None) -> Path:
    """A folder with some of the files, and perhaps another answer for all of them."""
    (folder / "files").mkdir(parents=True)
    with (FOLDER / "expected.csv").open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    with (folder / "expected.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(head)
        for row in rows:
            if row[0] in names:
                shutil.copy(FOLDER / "files" / row[0], folder / "files")
                table.writerow([row[0], answer or row[1], *row[2:]])
    return folder


def test_a_server_meets_some_of_them(
    tiny_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = some(tmp_path / "some", "wav-loud.wav", "flac-bomb.flac", "damage-1.flac", "html.wav")
    out = tmp_path / "report.json"
    argv = ["hostile", "--model", str(tiny_model), "--files", str(files), "--most-ms", "60000"]
    assert main([*argv, "--json", str(out), "--runs", "1"]) == 0
    assert "| html.wav |" in capsys.readouterr().out
    by_kind, slowest = json.loads(out.read_text())["tables"]
    rows = {row["kind"]: row for row in by_kind["rows"]}
    assert set(rows) == {"wav", "flac", "damage", "other", "all"}
    assert rows["all"]["files"] == rows["all"]["right status"] == 4
    assert 5 < rows["all"]["most memory, MiB"] < 64
    assert {row["status"] for row in slowest["rows"]} == {200, 413, 400, 415}


def test_a_wrong_status_is_a_failure(tiny_model: Path, tmp_path: Path) -> None:
    files = some(tmp_path / "some", "html.wav", answer="ok")
    argv = ["hostile", "--model", str(tiny_model), "--files", str(files), "--runs", "1"]
    assert main(argv) == 1


def test_each_promise_that_is_broken_is_named() -> None:
    file = File("a.wav", 415, b"")
    assert faults([Answer(file, 415, True, 9, 9)], most_ms=10, most_mib=10) == []
    found = faults([Answer(file, 500, False, 11, 11)], most_ms=10, most_mib=10)
    assert [text.partition(":")[2].split()[0] for text in found] == ["status", "its", "11", "11"]


def test_all_of_the_repository_can_be_read() -> None:
    assert len(read_files(FOLDER)) >= 150


def test_what_cannot_be_measured_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["hostile", "--files", str(tmp_path)]) == 2
    assert main(["hostile", "--runs", "0"]) == 2
    assert "no hostile files" in capsys.readouterr().err
