"""How much a client may take: of time by a token bucket, of places by admission.

Errors:
    * :exc:`FullError`: no place is free.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal, TypeAlias

Clock: TypeAlias = Callable[[], float]


class TokenBucket:
    """A rate with a burst. More may be taken than there is: that is a debt, paid by waiting.

    Args:
        rate: tokens that come back in a second.
        capacity: tokens at the start, and at most.
        clock: seconds, from anywhere.

    Attributes:
        was_full: whether nothing was missing before the last take, as it is with who keeps to the
            rate.

    Examples:
        >>> bucket = TokenBucket(rate=10, capacity=5, clock=lambda: 0.0)
        >>> bucket.take(5), bucket.take(1)
        (0.0, 0.1)
    """

    def __init__(self, rate: float, capacity: float, clock: Clock = time.monotonic) -> None:
        self._rate = rate
        self._capacity = self._tokens = capacity
        self._clock = clock
        self._then = clock()
        self.was_full = True

    def take(self, count: float) -> float:
        """Take tokens.

        Returns:
            Seconds until the debt is paid; 0 where there is none.
        """
        now = self._clock()
        tokens = self._tokens + (now - self._then) * self._rate
        self.was_full = tokens >= self._capacity
        self._tokens = (self._capacity if self.was_full else tokens) - count
        self._then = now
        return -self._tokens / self._rate if self._tokens < 0 else 0.0


class FullError(Exception):
    """No place is free.

    Attributes:
        cause: ``total`` where nobody gets one, ``address`` where this address has its share.
    """

    def __init__(self, cause: Literal["total", "address"]) -> None:
        super().__init__(cause)
        self.cause = cause


class Admission:
    """Places, so many in all and so many for one address.

    Args:
        total: at once.
        per_address: of them to one address.
    """

    def __init__(self, total: int, per_address: int) -> None:
        self._total = total
        self._per_address = per_address
        self._taken: Counter[str] = Counter()

    @property
    def taken(self) -> int:
        """Places that are taken."""
        return self._taken.total()

    @contextmanager
    def place(self, address: str | None) -> Iterator[None]:
        """A place for as long as the block lasts.

        Raises:
            FullError: there is none.
        """
        key = address or ""
        if self._taken.total() >= self._total:
            raise FullError("total")
        if self._taken[key] >= self._per_address:
            raise FullError("address")
        self._taken[key] += 1
        try:
            yield
        finally:
            self._taken[key] -= 1
            self._taken += Counter()  # forgets addresses without a place
