"""PCM of any accepted rate to the model's, as a stream."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import soxr

Pcm = npt.NDArray[np.int16]


class Resampler:
    """A streaming resampler; the same audio gives the same samples however it is chunked.

    In float32, because soxr dithers int16 output by a sequence that depends on the chunks.

    Args:
        source: Hz of what is pushed.
        target: Hz of what comes out. Equal rates pass through untouched.
    """

    def __init__(self, source: int, target: int) -> None:
        self._stream = (
            None
            if source == target
            else soxr.ResampleStream(source, target, 1, dtype="float32", quality="HQ")
        )

    def push(self, samples: Pcm) -> Pcm:
        """Resample the next samples; the last few milliseconds stay inside until more come."""
        return self._resample(samples, last=False)

    def flush(self) -> Pcm:
        """What is still inside. Nothing may be pushed afterwards."""
        return self._resample(np.zeros(0, np.int16), last=True)

    def _resample(self, samples: Pcm, *, last: bool) -> Pcm:
        if self._stream is None:
            return samples
        resampled = self._stream.resample_chunk(samples.astype(np.float32), last=last)
        pcm: Pcm = np.rint(resampled).clip(-32768, 32767).astype("<i2")
        return pcm
