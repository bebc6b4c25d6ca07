from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.training.corpus_tree import tone
from training.audio_files import AudioError, audio_files, seconds


def test_length_is_read_of_every_format(tmp_path: Path) -> None:
    wave = np.zeros(8000)
    for suffix in ("wav", "flac", "ogg", "mp3"):
        path = tmp_path / f"a.{suffix}"
        soundfile.write(path, wave, 16000)
        assert seconds(path) == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.wav", b"", "empty: no bytes"),
        ("a.wav", b"RIFF of nothing", "unreadable: damaged"),
        ("a.wav", b"version https://git-lfs.github.com/spec/v1\noid", "git lfs pull"),
        ("a.m4a", b"x", r"\.m4a is not read"),
    ],
)
def test_why_a_file_is_no_use(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(AudioError, match=reason):
        seconds(tmp_path / name)


def test_no_frames_too_slow_and_not_there(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "none.wav", np.zeros(0), 16000)
    soundfile.write(tmp_path / "slow.wav", np.zeros(4000), 4000)
    for name, reason in (("none", "no sound in it"), ("slow", "8000 Hz"), ("gone", "not there")):
        with pytest.raises(AudioError, match=reason):
            seconds(tmp_path / f"{name}.wav")


def test_sound_is_found_in_order_best_format_first_without_hidden_files(tmp_path: Path) -> None:
    for name in ("b/x.WAV", "a/x.wav", "b/._x.wav", "mp3/x.mp3", "x.m4a", "x.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    tone(tmp_path / ".hidden.wav")
    found = [path.relative_to(tmp_path).as_posix() for path in audio_files(tmp_path)]
    assert found == ["a/x.wav", "b/x.WAV", "mp3/x.mp3", "x.m4a"]
