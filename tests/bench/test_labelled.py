from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from bench.errors import RecordingError
from bench.labelled import canary_segments, listed_segments, recorded_segments
from bench.recordings import RATE, Pcm
from classifier import DEFAULT_MODEL
from tests.bench.conftest import write


def listing(folder: Path, pcm: Pcm, count: int) -> Path:
    for i in range(count):
        write(folder / f"{i}.wav", pcm)
    write(folder / "silence.wav", np.zeros(RATE, "<i2"))
    path = folder / "speech.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("path", "emotion", "split"))
        writer.writerows((f"{i}.wav", f"emotion {i}", "test") for i in range(count))
        writer.writerow(("silence.wav", "none", "validation"))
        writer.writerow(("0.wav", "other", "validation"))
    return path


def test_rows_of_a_split_evenly(tmp_path: Path, one_utterance: Pcm) -> None:
    path = listing(tmp_path, one_utterance, 6)
    found = listed_segments(path, "test", 3)
    assert [one.emotion for one in found] == ["emotion 0", "emotion 2", "emotion 4"]
    assert len(listed_segments(path, "test", 99)) == 6
    assert 0.8 < found[0].pcm.size / RATE < 1.4  # the utterance, not the silence around it


def test_recordings_without_speech_are_left_out(tmp_path: Path, one_utterance: Pcm) -> None:
    found = listed_segments(listing(tmp_path, one_utterance, 1), "validation", 9)
    assert [one.emotion for one in found] == ["other"]


def test_segments_of_recordings_have_no_emotion(tmp_path: Path, one_utterance: Pcm) -> None:
    (one,) = recorded_segments([write(tmp_path / "voice.wav", one_utterance)])
    assert one.emotion is None
    assert recorded_segments([]) == []


def test_the_canaries_of_a_model(tiny_model: Path) -> None:
    assert len(canary_segments(DEFAULT_MODEL)) > 3
    assert canary_segments(str(tiny_model)) == []


def test_what_cannot_be_listed_is_said(tmp_path: Path, one_utterance: Pcm) -> None:
    path = listing(tmp_path, one_utterance, 1)
    with pytest.raises(RecordingError, match="no row of the split train"):
        listed_segments(path, "train", 1)
    with pytest.raises(RecordingError, match="cannot be read"):
        listed_segments(tmp_path / "none.csv", "test", 1)
    path.write_text("path,split\na.wav,test\n")
    with pytest.raises(RecordingError, match="no column emotion"):
        listed_segments(path, "test", 1)
