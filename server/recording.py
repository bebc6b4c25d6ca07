"""A recording: a file's samples. What others sent is decoded by `server.decoder`, not here.

Errors:
    * :exc:`RecordingError`: a file that is not taken; its code says why.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import soundfile

from server.containers import TAKEN, is_taken, known_name
from server.rates import SAMPLE_RATES

Pcm = npt.NDArray[np.int16]

FORMATS: Final = frozenset({"WAV", "WAVEX", "FLAC", "OGG"})
INTEGERS: Final = frozenset({"PCM_S8", "PCM_U8", "PCM_16", "PCM_24", "PCM_32", "ULAW", "ALAW"})
FLOATS: Final = frozenset({"FLOAT", "DOUBLE", "VORBIS", "OPUS"})
MAX_CHANNELS: Final = 8
MAX_MS: Final = 600_000
UNKNOWN: Final = 2**63 - 1
"""Frames, as libsndfile says of a FLAC that was written into a pipe. It cannot read it on."""


class RecordingCode(StrEnum):
    """What was wrong with a file, for programs; the message beside it is for people."""

    NOT_AUDIO = "not_audio"
    UNSUPPORTED = "unsupported"
    EMPTY = "empty"
    TOO_LONG = "too_long"
    BROKEN = "broken"
    BAD_SAMPLES = "bad_samples"


class RecordingError(Exception):
    """A file that is not taken.

    Attributes:
        code: for programs.
    """

    def __init__(self, code: RecordingCode, message: str) -> None:
        super().__init__(message)
        self.code = code


class Opened(NamedTuple):
    """A file whose header is in order.

    Attributes:
        sample_rate: Hz, one of `SAMPLE_RATES`.
        blocks: int16, mono, a second each; raises `RecordingError` where the file goes wrong.
    """

    sample_rate: int
    blocks: Iterator[Pcm]


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """Decoded audio.

    Attributes:
        samples: int16, mono, shape ``(samples,)``.
        sample_rate: Hz, one of `SAMPLE_RATES`.
    """

    samples: Pcm
    sample_rate: int


def read_recording(source: bytes | Path, *, max_ms: int = MAX_MS) -> Recording:
    """Decode WAV, FLAC or OGG, told apart by content. Channels are averaged.

    16-bit mono comes through bit by bit; other integers are rounded to 16 bits, and floats are
    scaled by 32767 and clipped.

    Args:
        source: a file's bytes, or where it lies.
        max_ms: the longest that is taken, by the header and by counting.

    Raises:
        RecordingError: no such format, a rate or a number of channels that is not taken, nothing
            in it, too long, broken, or samples that are no numbers.
        OSError: there is no file there, or it cannot be read.

    Examples:
        >>> read_recording(b"hello, I am a text")
        Traceback (most recent call last):
        server.recording.RecordingError: this is no WAV, FLAC or OGG file
    """
    if isinstance(source, bytes):
        return _whole(open_recording(source, max_ms=max_ms))
    with source.open("rb") as file:
        return _whole(_open(file.fileno(), max_ms))  # a name would tell it by its ending


def open_recording(content: bytes, *, max_ms: int) -> Opened:
    """Read a header, and be ready to decode what follows block by block.

    Args:
        content: of a WAV, FLAC or OGG file.
        max_ms: the longest that is taken, by the header and by counting.

    Raises:
        RecordingError: no such format, or a header that is not taken.
    """
    _check_kind(content[:16])
    return _open(io.BytesIO(content), max_ms)


def _open(file: BinaryIO | int, max_ms: int) -> Opened:
    try:
        sound = soundfile.SoundFile(file, closefd=False)
    except soundfile.SoundFileError as error:
        raise RecordingError(
            RecordingCode.NOT_AUDIO, f"this is no {TAKEN} file: its header cannot be read"
        ) from error
    _check_header(sound, max_ms)
    return Opened(sound.samplerate, _counted(sound, sound.samplerate * max_ms // 1000, max_ms))


def _whole(opened: Opened) -> Recording:
    return Recording(np.concatenate(list(opened.blocks)), opened.sample_rate)


def _check_kind(first: bytes) -> None:
    """Refuse by the first bytes, before any decoder sees them: libsndfile has two dozen."""
    if is_taken(first):
        return
    name = known_name(first)
    if name is None:
        raise RecordingError(RecordingCode.NOT_AUDIO, f"this is no {TAKEN} file")
    raise RecordingError(RecordingCode.UNSUPPORTED, f"the file is {name}; convert it to {TAKEN}")


def _check_header(sound: Any, max_ms: int) -> None:
    """Refuse by what the header says, before anything is decoded."""
    if sound.format not in FORMATS or sound.subtype not in INTEGERS | FLOATS:
        raise RecordingError(
            RecordingCode.UNSUPPORTED,
            f"{sound.format} with {sound.subtype} is not taken; convert it to 16-bit WAV",
        )
    if sound.samplerate not in SAMPLE_RATES:
        raise RecordingError(
            RecordingCode.UNSUPPORTED,
            f"the sample rate is {sound.samplerate} Hz; it has to be one of {SAMPLE_RATES}",
        )
    if not 1 <= sound.channels <= MAX_CHANNELS:
        raise RecordingError(
            RecordingCode.UNSUPPORTED,
            f"{sound.channels} channels are too many; mix them down to {MAX_CHANNELS} or fewer",
        )
    if not sound.frames:
        raise RecordingError(RecordingCode.EMPTY, "there is no audio in the file")
    if sound.frames == UNKNOWN:
        raise RecordingError(
            RecordingCode.UNSUPPORTED,
            "the header does not say how long it is, as of a stream; convert it to a WAV file",
        )
    if sound.frames > sound.samplerate * max_ms // 1000:
        raise _too_long(max_ms)


def _blocks(sound: Any) -> Iterator[Pcm]:
    """One second of 16-bit mono after another."""
    is_integer = sound.subtype in INTEGERS
    while True:
        block = sound.read(sound.samplerate, dtype="int32" if is_integer else "float64")
        if not len(block):
            return
        wide = block.astype(np.float64)
        if not np.isfinite(wide).all():
            raise RecordingError(
                RecordingCode.BAD_SAMPLES, "some samples are not finite; export the file again"
            )
        scaled = wide / 65536 if is_integer else wide.clip(-1, 1) * 32767
        mono = scaled.mean(axis=1) if scaled.ndim == 2 else scaled
        yield np.rint(mono).clip(-32768, 32767).astype("<i2")


def _counted(sound: Any, most: int, max_ms: int) -> Iterator[Pcm]:
    """Its blocks, until there are too many."""
    count = 0
    try:
        for block in _blocks(sound):
            count += len(block)
            if count > most:
                raise _too_long(max_ms)
            yield block
    except soundfile.SoundFileError as error:
        raise RecordingError(
            RecordingCode.BROKEN, f"the file is damaged or not whole: {error}"
        ) from error
    if not count:
        raise RecordingError(RecordingCode.EMPTY, "there is no audio in the file")


def _too_long(max_ms: int) -> RecordingError:
    return RecordingError(
        RecordingCode.TOO_LONG, f"the recording is longer than {max_ms // 1000} s; cut it"
    )
