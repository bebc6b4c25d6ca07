from __future__ import annotations

import csv
from pathlib import Path

import pytest

from bench.errors import RecordingError
from bench.sounds import choose_split, find_sounds
from training.manifest import read_noise


def listing(folder: Path) -> Path:
    """23 noises of two sets in turns, a scream, a room."""
    rows = [(f"noise/{'ab'[i % 2]}/{i:02}.wav", "noise", "ab"[i % 2]) for i in range(23)]
    rows.insert(3, ("noise/a/scream1.wav", "noise", "a"))
    rows.insert(5, ("rir/x.flac", "rir", "rooms"))
    with (folder / "sounds.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([("path", "kind", "set"), *rows])
    return folder / "sounds.csv"


@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_a_split_is_the_one_that_training_makes(tmp_path: Path, split: str) -> None:
    path = listing(tmp_path)
    theirs = [(clip.path, clip.speaker) for clip in read_noise(path) if clip.split == split]
    ours = [(sound.path, sound.set) for sound in find_sounds(path, split)]
    assert ours == theirs
    assert ours


def test_without_a_split_what_was_held_out(tmp_path: Path) -> None:
    listing(tmp_path)
    assert choose_split(tmp_path, None) == choose_split(tmp_path / "sounds.csv", None) == "test"
    assert choose_split(tmp_path, "train") == "train"
    assert len(find_sounds(tmp_path, "all")) == 23


def test_a_folder_without_a_list_is_one_set(tmp_path: Path) -> None:
    for name in ("b.wav", "a.flac"):
        (tmp_path / name).touch()
    assert choose_split(tmp_path, None) == "all"
    sounds = find_sounds(tmp_path, "all")
    assert [sound.path.name for sound in sounds] == ["a.flac", "b.wav"]
    assert {sound.set for sound in sounds} == {tmp_path.name}


def test_what_cannot_be_listed_is_said(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="no recordings of non-speech"):
        find_sounds(tmp_path, "all")
    with pytest.raises(RecordingError, match="--split test means nothing"):
        find_sounds(tmp_path, "test")
    (tmp_path / "sounds.csv").write_text("path,set\na.wav,a\n")
    with pytest.raises(RecordingError, match="no column kind"):
        find_sounds(tmp_path, "all")
