"""A rate with a burst."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeAlias

Clock: TypeAlias = Callable[[], float]


class TokenBucket:
    """A rate with a burst. More may be taken than there is: that is a debt, paid by waiting.

    Args:
        rate: tokens that come back in a second.
        capacity: tokens at the start, and at most.
        clock: seconds, from anywhere.
        slack: tokens that may be missing where it counts as full.

    Attributes:
        was_full: whether it was full before the last take, as it is with who keeps to the rate.

    Examples:
        >>> bucket = TokenBucket(rate=10, capacity=5, clock=lambda: 0.0)
        >>> bucket.take(5), bucket.take(1), bucket.take_if_full(1)
        (0.0, 0.1, False)
    """

    def __init__(
        self, rate: float, capacity: float, clock: Clock = time.monotonic, slack: float = 0.0
    ) -> None:
        self._rate = rate
        self._capacity = self._tokens = capacity
        self._clock = clock
        self._full = capacity - slack
        self._then = clock()
        self.was_full = True

    def take_if_full(self, count: float) -> bool:
        """Take tokens from a full one; leave any other as it is."""
        now = self._clock()
        tokens = self._tokens + (now - self._then) * self._rate
        if tokens < self._full:
            return False
        self._tokens = min(tokens, self._capacity) - count
        self._then = now
        return True

    def take(self, count: float) -> float:
        """Take tokens.

        Returns:
            Seconds until the debt is paid; 0 where there is none.
        """
        now = self._clock()
        tokens = self._tokens + (now - self._then) * self._rate
        self.was_full = tokens >= self._full
        self._tokens = min(tokens, self._capacity) - count
        self._then = now
        return -self._tokens / self._rate if self._tokens < 0 else 0.0
