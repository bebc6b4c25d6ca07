from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench.errors import RecordingError
from bench.recordings import RATE, find_recordings, milliseconds, read_recording
from tests.bench.conftest import write
from vad.voice import speak


def test_16_khz_mono_comes_back_as_it_is(tmp_path: Path) -> None:
    pcm = speak(0.25)
    read = read_recording(write(tmp_path / "a.flac", pcm))
    assert np.abs(read.astype(int) - pcm).max() <= 1
    assert read.dtype == np.dtype("<i2")
    assert milliseconds(read) == 250


def test_other_rates_and_channels_become_it(tmp_path: Path) -> None:
    stereo = np.stack([np.full(8000, 8000), np.full(8000, 4000)], axis=1).astype("<i2")
    read = read_recording(write(tmp_path / "a.wav", stereo, rate=8000))
    assert read.shape == (RATE,)
    assert read[RATE // 2] == pytest.approx(6000, abs=20)


def test_what_is_no_recording_is_said(tmp_path: Path) -> None:
    (tmp_path / "text.wav").write_text("hello")
    with pytest.raises(RecordingError, match=r"text\.wav cannot be read"):
        read_recording(tmp_path / "text.wav")
    with pytest.raises(RecordingError, match="cannot be read"):
        read_recording(tmp_path / "none.wav")


def test_recordings_below_a_folder_in_order(tmp_path: Path) -> None:
    for name in ("b.wav", "a/z.flac", "a/c.FLAC", "a/notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    names = [path.relative_to(tmp_path).as_posix() for path in find_recordings(tmp_path)]
    assert names == ["a/c.FLAC", "a/z.flac", "b.wav"]
