"""Audio files of a folder, and how long each is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import soundfile

from training.manifest import ManifestError

READABLE: Final = (".wav", ".flac", ".ogg", ".opus", ".mp3", ".aiff", ".aif")
"""What soundfile reads; the earlier is taken where a recording lies there in several formats."""

UNREADABLE: Final = (".m4a", ".mp4", ".aac", ".wma", ".webm", ".flv", ".avi", ".mov", ".sph")
"""Sound that soundfile does not read; named, so that nobody wonders where it went."""

LEAST_RATE: Final = 8000
"""Hz. A telephone's; what is sampled more slowly lacks most of a voice."""

LFS_POINTER: Final = b"version https://git-lfs"


class AudioError(ManifestError):
    """A file that cannot be learned from; the message is the reason, without the file's name."""


def audio_files(folder: Path) -> Iterator[Path]:
    """Files under `folder` that are or ought to be sound, in a fixed order, the best format first.

    Hidden files are passed over: macOS leaves one (``._a.wav``) beside each file it packs.
    """
    order = {suffix: i for i, suffix in enumerate((*READABLE, *UNREADABLE))}
    paths = [
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in order and not path.name.startswith(".") and path.is_file()
    ]
    yield from sorted(paths, key=lambda p: (order[p.suffix.lower()], p.relative_to(folder).parts))


def seconds(path: Path) -> float:
    """How long a recording is, by its header.

    Raises:
        AudioError: soundfile cannot read it, or there is nothing in it.
    """
    if path.suffix.lower() in UNREADABLE:
        raise AudioError(f"{path.suffix.lower()} is not read; convert it to WAV or FLAC")
    try:
        info = soundfile.info(path)
    except (soundfile.SoundFileError, OSError):
        raise AudioError(_why_unreadable(path)) from None
    if info.frames <= 0:
        raise AudioError("empty: no sound in it")
    if info.samplerate < LEAST_RATE:
        raise AudioError(f"sampled at less than {LEAST_RATE} Hz")
    return float(info.frames / info.samplerate)


def _why_unreadable(path: Path) -> str:
    try:
        with path.open("rb") as file:
            start = file.read(len(LFS_POINTER))
    except FileNotFoundError:
        return "listed, but not there"
    except OSError:
        return "unreadable: may not be opened"
    if start == LFS_POINTER:
        return "only a pointer of Git LFS: run `git lfs pull` there"
    return "unreadable: damaged, or not the format it is named as" if start else "empty: no bytes"
