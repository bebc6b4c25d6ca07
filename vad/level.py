"""Levels of PCM in dBFS, and the noise floor that a voice has to rise above."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from math import log10

import numpy as np
import numpy.typing as npt

SILENCE_DB = -96.0
"""What digital silence counts as: the quantisation floor of 16 bits."""

SILENCE = 10 ** (SILENCE_DB / 10)
FULL_SCALE = 32768.0


def rms_db(samples: npt.NDArray[np.int16]) -> list[float]:
    """RMS level of each row.

    Args:
        samples: int16, shape ``(frames, samples)``.

    Returns:
        dBFS, one a row, `SILENCE_DB` at the least. Squares of 16 bits add up without rounding, so
        a value does not depend on what else is in the call.
    """
    wide = samples.astype(np.float64)
    energies = np.vecdot(wide, wide).tolist()
    scale = samples.shape[1] * FULL_SCALE**2
    # A few numbers: the logarithm of each costs less than one call of NumPy for all.
    least = SILENCE * scale
    return [10 * log10(energy / scale) if energy > least else SILENCE_DB for energy in energies]


def clipped_share(samples: npt.NDArray[np.int16]) -> float:
    """Share of samples at either end of the 16-bit range, 0 to 1; 0 for no samples."""
    if not samples.size:
        return 0.0
    return float(np.count_nonzero((samples >= 32767) | (samples <= -32767)) / samples.size)


class NoiseFloor:
    """Minimum statistics: the lowest frame level of the last seconds.

    Speech dips to the noise between syllables and words, so its minimum over a few seconds is the
    noise, whatever the detector thinks of it (R. Martin, *Noise power spectral density estimation
    based on optimal smoothing and minimum statistics*, 2001; here without his bias correction).
    Before the window is full the floor stays at `prior_db`: a recording may begin in mid-word.
    """

    def __init__(self, frame_ms: int, *, window_ms: int = 4000, prior_db: float = -70.0) -> None:
        """Start with nothing heard.

        Args:
            frame_ms: length of the frames that `update` gets.
            window_ms: how far the minimum looks back.
            prior_db: the floor until that much was heard, and the lowest it ever gets: silence
                between the words of a cleaned recording says nothing about its noise.
        """
        blocks = 8
        self._prior_db = prior_db
        self._per_block = max(1, window_ms // blocks // frame_ms)
        self._blocks: deque[float] = deque([prior_db] * blocks, maxlen=blocks)
        self._current = 0.0
        self._in_current = 0
        self._floor = prior_db

    @property
    def db(self) -> float:
        """The floor, dBFS."""
        return self._floor

    def update(self, levels_db: Sequence[float]) -> list[float]:
        """Take the levels of the next frames; returns the floor with each, dBFS."""
        prior, current, count, floor = self._prior_db, self._current, self._in_current, self._floor
        floors = []
        for level in levels_db:
            if level < current:
                current = max(level, prior)
            count += 1
            if count >= self._per_block:
                self._blocks.append(current)
                floor = min(self._blocks)
                current, count = 0.0, 0
            elif current < floor:
                floor = current
            floors.append(floor)
        self._current, self._in_current, self._floor = current, count, floor
        return floors
