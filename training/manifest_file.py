"""Writes the CSV that `training.manifest.read_speech` reads."""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from training.manifest_row import Row

COLUMNS: Final = (
    "path", "corpus", "language", "speaker", "sex", "emotion", "original", "duration_s", "split",
)  # fmt: skip
"""``emotion`` is one of the six, ``original`` the corpus's own label in our spelling."""


def write_manifest(path: Path, rows: Sequence[Row]) -> None:
    """Write all or nothing: a manifest that is half there is not mistaken for a whole one.

    Paths below the manifest's folder are relative to it, so that folder can be moved; others are
    absolute.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    with part.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(_cells(row, path.parent) for row in rows)
    part.replace(path)


def _cells(row: Row, folder: Path) -> tuple[str, ...]:
    recording = Path(os.path.abspath(row.recording.path))  # noqa: PTH100 - links stay links
    below = recording.is_relative_to(os.path.abspath(folder))  # noqa: PTH100
    place = recording.relative_to(os.path.abspath(folder)) if below else recording  # noqa: PTH100
    return (
        place.as_posix(),
        row.corpus,
        row.language,
        row.speaker,
        row.sex,
        row.label,
        row.recording.emotion,
        f"{row.seconds:.3f}",
        row.split,
    )
