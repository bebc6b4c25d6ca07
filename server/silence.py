"""Whether a microphone gives anything at all."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

AFTER_MS: Final = 10_000
PEAK: Final = 330
"""-40 dBFS: over ten seconds, no microphone that hears a voice stays below it."""


class Silence:
    """Watches the start of a stream for a microphone that is muted, or not the right one."""

    def __init__(self) -> None:
        self._loudest = 0
        self._is_settled = False

    def is_news(self, samples: npt.NDArray[np.int16], position_ms: int) -> bool:
        """Whether it is now known that nothing is heard; true once at most.

        Args:
            samples: the next of the stream.
            position_ms: how much of it there was, these included.
        """
        if self._is_settled or not samples.size:
            return False
        self._loudest = max(self._loudest, int(samples.max()), -int(samples.min()))
        self._is_settled = self._loudest > PEAK or position_ms >= AFTER_MS
        return self._is_settled and self._loudest <= PEAK
