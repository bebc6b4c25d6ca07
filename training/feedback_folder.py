"""Corrections as one corpus among others: an export of ``vivavoz feedback``, or the folder itself.

For training a model from the start. `training.retrain` reads the folder by itself and mixes it in:
a manifest that it is given must not hold the same corrections.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from training.audio_files import audio_files
from training.corpus_recording import LeftOut, Recording
from training.corrections import CORPUS, METADATA, read_corrections
from training.manifest import EMOTIONS


def looks_like_feedback(place: Path) -> bool:
    """Whether a folder's first line of metadata says that somebody consented."""
    try:
        with (place / METADATA).open(encoding="utf-8", errors="replace") as file:
            return '"consent":true' in file.readline().replace(" ", "")
    except OSError:
        return False


def read_feedback(name: str, place: Path) -> Iterator[Recording | LeftOut]:
    """Read what people corrected: to learn from, never to measure on.

    Nobody has checked these labels, and without a made-up name each recording counts as a speaker
    of its own, who may be anybody.

    Raises:
        CorrectionsError: a line of the metadata is no correction.
    """
    del name  # whatever it is called here: its speakers are those that `retrain` knows
    listed = set()
    for one in read_corrections(place):
        listed.add(one.path)
        if one.label in EMOTIONS:
            yield Recording(one.path, one.label, CORPUS, one.speaker, learn_only=True)
        else:
            reason = "no speech: `vivavoz-train retrain` learns from it as noise"
            yield LeftOut(one.path, CORPUS, reason)
    for path in audio_files(place):
        if path not in listed:
            yield LeftOut(path, CORPUS, f"there, but not in {METADATA} with a label of ours")
