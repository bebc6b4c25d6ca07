"""How long to wait before the next try."""

from __future__ import annotations

import math
from random import Random
from typing import Final

FIRST_S: Final = 0.25
MOST_S: Final = 8.0


class Backoff:
    """Each wait is up to twice as long as the one before, and none is the same for two clients.

    The first is anything up to `first_s`: a server that restarts is not met by all at once.

    Args:
        random: where chance comes from.
        first_s: the first wait at most.
        most_s: any wait at most.

    Examples:
        >>> backoff = Backoff(Random(1))
        >>> [round(backoff.next_s(), 1) for _ in range(7)]
        [0.0, 0.5, 0.9, 1.3, 3.0, 5.8, 6.6]
    """

    def __init__(
        self, random: Random | None = None, *, first_s: float = FIRST_S, most_s: float = MOST_S
    ) -> None:
        self._first_s = first_s
        self._most_s = most_s
        self._random = random or Random()  # noqa: S311 - nobody gains by guessing it
        self._tries = 0

    def next_s(self, least_s: float = 0.0) -> float:
        """Seconds to wait now; not under what a server asked for."""
        most = min(self._most_s, math.ldexp(self._first_s, self._tries))
        share = self._random.uniform(0.5 if self._tries else 0.0, 1.0)
        self._tries += 1
        return max(least_s, most * share)

    def reset(self) -> None:
        """It went well again."""
        self._tries = 0
