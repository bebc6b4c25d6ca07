"""A manifest: which recordings there are, what they are labelled, and who stands in which split."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from classifier.labels import our_label
from training.errors import TrainingError

EMOTIONS: Final = ("angry", "disgust", "fearful", "happy", "neutral", "sad")
"""The six classes, in the order of the model's outputs (the thesis's classes)."""

NO_SPEECH: Final = "no_speech"
"""A seventh output: sound that passed the voice activity detector but is nobody speaking."""

LABELS: Final = (*EMOTIONS, NO_SPEECH)

Split = Literal["train", "validation", "test"]
SPLITS: Final[tuple[Split, ...]] = ("train", "validation", "test")


class ManifestError(TrainingError, ValueError):
    """The manifest cannot be trained on; the message says which line or speaker."""


@dataclass(frozen=True, slots=True)
class Clip:
    """One labelled recording."""

    path: Path
    label: str
    speaker: str
    corpus: str
    language: str
    split: Split


def read_speech(path: Path) -> list[Clip]:
    """Read a CSV manifest with the columns path, corpus, language, speaker, emotion, split.

    Paths are taken relative to the manifest's folder. Words of other corpora for the six emotions
    count as these (anger, calm: see `classifier.labels`); clips of other emotions are left out.
    To have that otherwise, make the manifest anew (``vivavoz-train manifest --map --drop``).

    Raises:
        ManifestError: a column is missing, a split is unknown, no clip has one of the six emotions,
            or a speaker or a recording stands on two sides.
    """
    with path.open(newline="", encoding="utf-8-sig") as file:
        try:
            read = [_clip(path, line, row) for line, row in enumerate(csv.DictReader(file), 2)]
        except KeyError as error:
            raise ManifestError(f"{path} has no column {error}") from None
    clips = [clip for clip in read if clip.label in EMOTIONS]
    if not clips:
        raise ManifestError(f"{path} has no clip labelled {', '.join(EMOTIONS)}")
    check_speakers(clips)
    check_recordings(clips)
    return clips


def _clip(path: Path, line: int, row: dict[str, str]) -> Clip:
    if None in row.values():
        raise ManifestError(f"{path}:{line}: fewer cells than columns")
    split = next((s for s in SPLITS if s == row["split"]), None)
    if split is None:
        raise ManifestError(f"{path}:{line}: split {row['split']!r}, not {SPLITS}")
    return Clip(
        path.parent / row["path"],
        our_label(row["emotion"]),
        row["speaker"],
        row["corpus"],
        row["language"],
        split,
    )


def read_noise(path: Path) -> list[Clip]:
    """Read the ``noise`` rows of a CSV of sounds (path, kind, set): material for `NO_SPEECH`.

    A set is split by its files' order: of each five, three train, one validates, one tests.
    Recordings named as screams are left out: whether those are a voice is a matter of opinion.
    """
    clips: list[Clip] = []
    count: dict[str, int] = defaultdict(int)
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["kind"] != "noise" or "scream" in row["path"]:
                continue
            name = row["set"]
            split = (SPLITS[0], SPLITS[0], SPLITS[0], SPLITS[1], SPLITS[2])[count[name] % 5]
            count[name] += 1
            clips.append(Clip(path.parent / row["path"], NO_SPEECH, name, name, "", split))
    return clips


def read_rooms(path: Path) -> list[Path]:
    """The room impulse responses that a CSV of sounds lists."""
    with path.open(newline="", encoding="utf-8") as file:
        return [path.parent / r["path"] for r in csv.DictReader(file) if r["kind"] == "rir"]


def check_speakers(clips: Iterable[Clip]) -> None:
    """Refuse a split in which somebody is both learned from and measured on.

    Raises:
        ManifestError: naming up to five such speakers.
    """
    sides: dict[str, set[str]] = defaultdict(set)
    for clip in clips:
        sides[clip.speaker].add(clip.split)
    both = sorted(speaker for speaker, splits in sides.items() if len(splits) > 1)
    if both:
        raise ManifestError(
            f"{len(both)} speaker(s) stand in more than one split ({', '.join(both[:5])}): "
            "put all clips of a speaker in one split"
        )


def check_recordings(clips: Iterable[Clip]) -> None:
    """Refuse a split in which a recording is both learned from and measured on, under two names.

    Raises:
        ManifestError: naming up to five such files.
    """
    sides: dict[Path, set[str]] = defaultdict(set)
    for clip in clips:
        sides[clip.path].add(clip.split)
    both = sorted(str(path) for path, splits in sides.items() if len(splits) > 1)
    if both:
        raise ManifestError(
            f"{len(both)} recording(s) stand in more than one split ({', '.join(both[:5])})"
        )
