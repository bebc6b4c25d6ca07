"""From the PCM of a segment to the input of a Wav2Vec2."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from classifier.errors import PcmError

RATE: Final = 16000
"""Samples a second that every Wav2Vec2 here is fed with."""

Pcm = bytes | npt.NDArray[np.int16]
"""16-bit mono samples at 16 kHz: little-endian bytes, or an array of one dimension."""


def read_samples(pcm: Pcm) -> npt.NDArray[np.int16]:
    """The samples of `pcm`, shape ``(samples,)``, without a copy.

    Raises:
        PcmError: an odd number of bytes, or an array that is not one row of int16.
    """
    if isinstance(pcm, np.ndarray):
        if pcm.dtype != np.int16 or pcm.ndim != 1:
            raise PcmError(
                f"PCM must be int16 of shape (samples,), got {pcm.dtype} of shape {pcm.shape}; "
                "convert it to 16-bit mono first"
            )
        return pcm
    if len(pcm) % 2:
        raise PcmError(
            f"{len(pcm)} bytes are not whole 16-bit samples; send an even number of bytes"
        )
    return np.frombuffer(pcm, "<i2")


def model_input(samples: npt.NDArray[np.int16], *, normalise: bool) -> npt.NDArray[np.float32]:
    """What ``Wav2Vec2FeatureExtractor`` makes of the same samples scaled to ±1, to the last bit.

    Args:
        samples: int16, at least one.
        normalise: zero mean and unit variance, the extractor's ``do_normalize``.

    Returns:
        float32, shape ``(samples,)``.
    """
    # A power of two: scaling during the conversion rounds nothing.
    wave = np.multiply(samples, np.float32(1 / 32768), dtype=np.float32)
    if normalise:
        # 1e-7 is the extractor's own guard; it also makes digital silence a row of zeros.
        wave = (wave - wave.mean()) / np.sqrt(wave.var() + 1e-7)
    return wave
