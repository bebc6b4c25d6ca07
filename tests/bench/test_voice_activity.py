from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.cli import main
from bench.errors import RecordingError
from bench.recordings import Pcm
from bench.voice_activity import COLUMNS, find_rttm, read_references
from tests.bench.conftest import write


@pytest.fixture
def data(tmp_path: Path, one_utterance: Pcm) -> Path:
    """Two recordings of 2.5 s with a second of voice at 0.5 s; in the second nobody is said to."""
    write(tmp_path / "vad" / "voice.flac", one_utterance)
    write(tmp_path / "vad" / "other.wav", one_utterance)
    (tmp_path / "vad" / "speech.rttm").write_text(
        "SPEAKER voice 1 0.500 1.000 <NA> <NA> anna <NA> <NA>\n"
        "SPEAKER other 1 2.000 0.400 <NA> <NA> anna <NA> <NA>\n"
    )
    return tmp_path


def test_the_tables_of_a_folder(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "report.json"
    assert main(["vad", str(data), "--json", str(out)]) == 0
    text = capsys.readouterr().out
    assert text.startswith("# vivavoz-bench vad\n")
    assert "- model: none" in text
    tables = {table["title"]: table["rows"] for table in json.loads(out.read_text())["tables"]}
    assert list(tables) == [
        "Overall",
        "Where the falsely taken time lies, s",
        *(f"Each recording, aggressiveness {mode}" for mode in range(4)),
    ]
    assert [row["aggressiveness"] for row in tables["Overall"]] == [0, 1, 2, 3]
    overall = tables["Overall"][2]
    each = {row["recording"]: row for row in tables["Each recording, aggressiveness 2"]}
    assert overall["speech, s"] == pytest.approx(1.4)
    assert overall["other, s"] == pytest.approx(3.6)
    assert each["voice"]["found"] > 0.9
    assert each["voice"]["falsely taken, s"] <= 0.3  # the pre-roll of 200 ms, and a frame or two
    assert each["other"]["found, s"] == 0
    assert each["other"]["of these without speech"] == 1
    assert overall["utterances"] == 2
    where = tables["Where the falsely taken time lies, s"][2]
    assert where["before the first word"] == pytest.approx(0.2, abs=0.04)
    assert where["in utterances without speech"] > 1
    assert sum(list(where.values())[2:]) == pytest.approx(where["falsely taken, s"])
    for column in COLUMNS:
        assert column.name in overall


def test_settings_change_the_figures(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["vad", str(data), "--min-speech-ms", "2000"]) == 0
    text = capsys.readouterr().out
    assert "min_speech_ms 2000" in text
    overall = text.split("## Overall")[1].splitlines()[4]
    assert overall.split("|")[3:5] == [" 0.0 ", " 0.0% "]


def test_which_file_is_meant(data: Path, tmp_path: Path) -> None:
    file = data / "vad" / "speech.rttm"
    assert find_rttm(data) == find_rttm(data / "vad") == find_rttm(file) == file
    (data / "vad" / "more.rttm").touch()
    with pytest.raises(RecordingError, match="holds 2 RTTM files"):
        find_rttm(data)


def test_a_recording_that_is_missing_is_named(data: Path) -> None:
    (data / "vad" / "other.wav").unlink()
    with pytest.raises(RecordingError, match="no recording of other"):
        read_references(data / "vad" / "speech.rttm")


def test_a_file_without_speakers_is_no_reference(data: Path) -> None:
    (data / "vad" / "speech.rttm").write_text("\n")
    with pytest.raises(RecordingError, match="names no speaker"):
        read_references(data / "vad" / "speech.rttm")
