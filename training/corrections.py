"""Recordings that people corrected, mixed into what a model learns from.

The folder is the server's (``vivavoz serve --feedback-dir``), or an export of it: an audiofolder
with ``metadata.jsonl``. It may grow meanwhile. Every correction is learned from, none is measured
on: who gave it is a speaker of ``train``, and corrections by somebody who stands in another split
are left out.
"""

from __future__ import annotations

import csv
import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from training.errors import TrainingError
from training.manifest import EMOTIONS, NO_SPEECH, SPLITS, read_speech

log = logging.getLogger(__name__)

METADATA: Final = "metadata.jsonl"
CORPUS: Final = "feedback"
TURN: Final = 3
"""Of five noises of a set, the first three are learned from (`training.manifest.read_noise`)."""


class CorrectionsError(TrainingError):
    """The folder of corrections cannot be read; the message says which line."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A recording and the label that somebody says is right.

    Attributes:
        path: of the recording.
        label: one of `EMOTIONS`, or `NO_SPEECH`.
        speaker: a made-up name; the recording's own where none was given.
    """

    path: Path
    label: str
    speaker: str


def read_corrections(folder: Path) -> list[Correction]:
    """All that can be learned from, in the order of the file.

    Left out are other labels, recordings that are gone (withdrawn meanwhile), and a last line
    that is still being written.

    Raises:
        CorrectionsError: there is no such folder, or a line of it is no correction.
    """
    path = folder / METADATA
    try:
        lines = path.read_bytes().split(b"\n")[:-1]
    except OSError as error:
        raise CorrectionsError(
            f"{folder} holds no corrections ({error.strerror}): name the folder of "
            "`vivavoz serve --feedback-dir`, or an export of it"
        ) from None
    found = []
    for number, line in enumerate(lines, start=1):
        try:
            row = json.loads(line)
            name, label = Path(row["file_name"]), row["label"]
            speaker = str(row.get("speaker") or name.stem)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise CorrectionsError(f"{path}:{number} is no correction") from None
        if name.name != str(name):
            raise CorrectionsError(f"{path}:{number}: {name} lies outside of the folder")
        if label in (*EMOTIONS, NO_SPEECH) and (folder / name).is_file():
            found.append(Correction(folder / name, label, speaker))
    return found


def usable(corrections: Iterable[Correction], speech: Path) -> list[Correction]:
    """Those that are by nobody whom a manifest measures on.

    Raises:
        ManifestError: the manifest cannot be used.
    """
    held_out = {clip.speaker for clip in read_speech(speech) if clip.split != SPLITS[0]}
    corrections = list(corrections)
    kept = [correction for correction in corrections if correction.speaker not in held_out]
    if len(kept) < len(corrections):
        log.warning(
            "%d corrections are left out: their speakers are measured on",
            len(corrections) - len(kept),
        )
    return kept


def mix_speech(speech: Path, corrections: Sequence[Correction], weight: int, target: Path) -> Path:
    """Write a manifest with everything of another, and the corrected speech in ``train``.

    Args:
        speech: the other manifest; all its columns are kept.
        corrections: to mix in.
        weight: how often each of them is met in an epoch.
        target: where to.
    """
    columns, rows = _read(speech)
    given = [
        {
            "path": str(one.path.absolute()),
            "corpus": CORPUS,
            "language": "",
            "speaker": f"{CORPUS}:{one.speaker}",
            "emotion": one.label,
            "split": SPLITS[0],
        }
        for one in corrections
        if one.label in EMOTIONS
    ]
    return _write(target, columns, [*rows, *given * weight])


def mix_sounds(sounds: Path | None, corrections: Sequence[Correction], target: Path) -> Path | None:
    """The same for what people said is nobody speaking; None where there is no sound at all."""
    silent = [one for one in corrections if one.label == NO_SPEECH]
    if not silent:
        return sounds
    columns, rows = _read(sounds) if sounds else (["path", "kind", "set"], [])
    given = [
        {"path": str(one.path.absolute()), "kind": "noise", "set": f"{CORPUS}{number // TURN}"}
        for number, one in enumerate(silent)
    ]
    return _write(target, columns, [*rows, *given])


def _read(path: Path) -> tuple[list[str], list[dict[str, Any]]]:
    """The columns and rows of a CSV, with paths that hold wherever it lies."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        rows = [{**row, "path": str((path.parent / row["path"]).absolute())} for row in reader]
        return list(reader.fieldnames or ()), rows


def _write(path: Path, columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path
