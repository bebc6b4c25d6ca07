"""Which recordings of non-speech there are, and which of them a model has not learned from."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.errors import RecordingError
from bench.recordings import find_recordings

TURNS: Final = ("train", "train", "train", "validation", "test")
"""Of each set's recordings, five by five in the order of the CSV: three were trained on, one
validates, one tests. Training takes the same ones, and a test holds the two together."""

SPLITS: Final = ("test", "validation", "train", "all")


@dataclass(frozen=True, slots=True)
class Sound:
    """A recording of non-speech and the set that it belongs to."""

    path: Path
    set: str


def choose_split(data: Path, split: str | None) -> str:
    """The split that is meant where none was named: ``test`` with a CSV, ``all`` without one."""
    return split or ("test" if _listing(data).is_file() else "all")


def find_sounds(data: Path, split: str) -> list[Sound]:
    """The recordings of non-speech that a path means.

    Args:
        data: a CSV with the columns path, kind and set (its rows of kind ``noise`` count, without
            those named as screams), a folder that holds one as ``sounds.csv``, or any folder of
            recordings, which are then all taken as one set.
        split: one of `SPLITS`; without a CSV there is only ``all``.

    Raises:
        RecordingError: there are none, or the CSV cannot be read.
    """
    listing = _listing(data)
    if listing.is_file():
        sounds = _listed(listing, split)
    elif split == "all":
        sounds = [Sound(path, data.resolve().name) for path in find_recordings(data)]
    else:
        raise RecordingError(f"{listing} does not exist, so --split {split} means nothing here")
    if not sounds:
        raise RecordingError(f"no recordings of non-speech in {data}")
    return sounds


def _listing(data: Path) -> Path:
    return data if data.is_file() else data / "sounds.csv"


def _listed(path: Path, split: str) -> list[Sound]:
    sounds, count = [], defaultdict[str, int](int)
    with path.open(newline="", encoding="utf-8") as file:
        rows = csv.DictReader(file)
        if missing := {"path", "kind", "set"} - set(rows.fieldnames or ()):
            raise RecordingError(f"{path} has no column {', '.join(sorted(missing))}")
        for row in rows:
            if row["kind"] != "noise" or "scream" in row["path"]:
                continue
            turn = TURNS[count[row["set"]] % len(TURNS)]
            count[row["set"]] += 1
            if split in (turn, "all"):
                sounds.append(Sound(path.parent / row["path"], row["set"]))
    return sounds
