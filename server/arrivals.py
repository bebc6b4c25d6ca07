"""When each point of a session's audio arrived."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Final

KEPT: Final = 4096
"""Points, where nobody forgets any. There is at most one for each frame of 20 ms: over 80 s, and a
segment is answered within its 30 s, the hangover and the deadline."""


class Arrivals:
    """Says how long ago the server had a given point of the audio.

    Args:
        clock: seconds.

    Examples:
        >>> now = 5.0
        >>> arrivals = Arrivals(clock=lambda: now)
        >>> arrivals.note(100)
        >>> now = 5.25
        >>> arrivals.ms_since(80)
        250
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._points: deque[tuple[int, float]] = deque(maxlen=KEPT)

    def note(self, audio_ms: int) -> None:
        """Everything before this point is there now."""
        if not self._points or audio_ms > self._points[-1][0]:
            self._points.append((audio_ms, self._clock()))

    def forget(self, audio_ms: int) -> None:
        """Nobody will ask for this point or an earlier one any more.

        What is acknowledged is answered: without this, a session would grow by 130 bytes with
        each message for its first seven minutes.
        """
        while self._points and self._points[0][0] <= audio_ms:
            self._points.popleft()

    def ms_since(self, audio_ms: int) -> int:
        """Milliseconds since the audio before this point was there; 0 if it is not yet."""
        arrived = None
        for point, when in reversed(self._points):
            if point < audio_ms:
                break
            arrived = when
        return round((self._clock() - arrived) * 1000) if arrived is not None else 0
