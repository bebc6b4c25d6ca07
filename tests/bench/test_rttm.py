from __future__ import annotations

from pathlib import Path

import pytest

from bench.errors import RecordingError, RttmError
from bench.rttm import merge, read_rttm


def rttm(folder: Path, text: str) -> Path:
    path = folder / "speech.rttm"
    path.write_text(text, encoding="utf-8")
    return path


def test_turns_of_a_recording_are_milliseconds_and_overlaps_are_one(tmp_path: Path) -> None:
    path = rttm(
        tmp_path,
        ";; a comment\n"
        "SPEAKER one 1 2.000 1.500 <NA> <NA> anna <NA> <NA>\n"
        "\n"
        "SPKR-INFO one 1 <NA> <NA> <NA> unknown anna <NA> <NA>\n"
        "SPEAKER one 1 3.250 1.000 <NA> <NA> ben <NA> <NA>\n"
        "SPEAKER two 1 0.000 0.500 <NA> <NA> anna <NA> <NA>\n"
        "SPEAKER one 1 0.250 0.500 <NA> <NA> ben <NA> <NA>\n",
    )
    assert read_rttm(path) == {
        "one": [(250.0, 750.0), (2000.0, 4250.0)],
        "two": [(0.0, 500.0)],
    }


@pytest.mark.parametrize(
    "line",
    [
        "SPEAKER one 1 2.0",
        "SPEAKER one 1 two 1.5 <NA>",
        "SPEAKER one 1 -2.0 1.5 <NA>",
        "SPEAKER one 1 2.0 -1.5 <NA>",
        "SPEAKER one 1 nan 1.5 <NA>",
        "SPEAKER one 1 2.0 inf <NA>",
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str) -> None:
    path = rttm(tmp_path, f"SPEAKER one 1 0.0 1.0 <NA> <NA> anna\n{line}\n")
    with pytest.raises(RttmError, match=r"speech\.rttm:2: SPEAKER needs"):
        read_rttm(path)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="cannot be read"):
        read_rttm(tmp_path / "none.rttm")


def test_one_span_inside_another_adds_nothing() -> None:
    assert merge([(0, 10), (2, 3), (10, 12), (14, 15)]) == [(0, 12), (14, 15)]
