"""What a telephone or a compressed file leaves of a voice: coded and decoded by libsndfile."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from training.segments import RATE

Wave = npt.NDArray[np.float32]

BLOCK: Final = 1600
"""Samples given to an encoder at once. libsndfile crashes when it is given much more for Ogg: it
takes its buffer from the stack."""
TELEPHONE_RATE: Final = 8000


@dataclass(frozen=True, slots=True)
class Codec:
    """One way of coding.

    Attributes:
        container: libsndfile's name of the file format.
        subtype: libsndfile's name of the coding.
        rate: at which it codes, Hz.
        quality: whether it takes a level of compression from 0 (best) to 1.
    """

    container: str
    subtype: str
    rate: int
    quality: bool = False


CODECS: Final = (
    Codec("WAV", "ULAW", TELEPHONE_RATE),  # G.711 in America and Japan
    Codec("WAV", "ALAW", TELEPHONE_RATE),  # G.711 elsewhere
    Codec("WAV", "GSM610", TELEPHONE_RATE),  # the first mobile telephones
    Codec("OGG", "OPUS", RATE, quality=True),  # browsers' calls
    Codec("OGG", "VORBIS", RATE, quality=True),
    Codec("MP3", "MPEG_LAYER_III", RATE, quality=True),
)


def usable_codecs() -> tuple[Codec, ...]:
    """Those of `CODECS` that this libsndfile can write: Opus and MP3 came in 1.0.29 and 1.1."""
    formats = soundfile.available_formats()
    return tuple(
        codec
        for codec in CODECS
        if codec.container in formats
        and codec.subtype in soundfile.available_subtypes(codec.container)
    )


def round_trip(wave: Wave, codec: Codec, compression: float = 0.5) -> Wave:
    """A wave coded and decoded.

    Args:
        wave: float32, ±1, at 16 kHz; what is louder is cut off, as any codec does it.
        codec: how.
        compression: from 0 (best) to 1 (smallest), for codecs that can choose; MP3 takes less
            than 1.

    Returns:
        As many samples at 16 kHz as came. Some codecs delay by a few milliseconds.
    """
    if not len(wave):
        return wave
    source = wave if codec.rate == RATE else soxr.resample(wave, RATE, codec.rate)
    source = np.clip(source, -1, 1)
    coded = io.BytesIO()
    options = {"compression_level": compression} if codec.quality else {}
    with soundfile.SoundFile(
        coded, "w", codec.rate, 1, codec.subtype, format=codec.container, **options
    ) as file:
        for start in range(0, len(source), BLOCK):
            file.write(source[start : start + BLOCK])
    coded.seek(0)
    heard, rate = soundfile.read(coded, dtype="float32")
    if rate != RATE:
        heard = soxr.resample(heard, rate, RATE)
    if len(heard) < len(wave):
        heard = np.pad(heard, (0, len(wave) - len(heard)))
    fitting: Wave = heard[: len(wave)].astype(np.float32, copy=False)
    return fitting
