"""Recordings as the server's segmenter has them: 16 kHz mono int16."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from bench.errors import RecordingError

RATE: Final = 16000
SUFFIXES: Final = frozenset({".flac", ".ogg", ".opus", ".wav"})

Pcm: TypeAlias = npt.NDArray[np.int16]


def add_recordings(command: argparse.ArgumentParser, use: str) -> None:
    """The recordings of a command line; `use` says what is done with them, and without any."""
    command.add_argument("recordings", nargs="*", type=Path, metavar="FILE", help=use)


def read_recording(path: Path) -> Pcm:
    """A recording, its channels averaged, int16 of shape ``(samples,)`` at `RATE`.

    Raises:
        RecordingError: no such file, or nothing that libsndfile can decode.
    """
    try:
        samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, OSError) as error:
        raise RecordingError(f"{path} cannot be read as a recording: {error}") from None
    mono = samples.mean(axis=1)
    if rate != RATE:
        mono = soxr.resample(mono, rate, RATE)
    pcm: Pcm = np.rint(mono * 32767).clip(-32768, 32767).astype("<i2")
    return pcm


def find_recordings(folder: Path) -> list[Path]:
    """All recordings below a folder, in the order of their paths."""
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)


def milliseconds(pcm: Pcm) -> int:
    """How long it is, whole milliseconds."""
    return pcm.size * 1000 // RATE
