"""How many sessions this machine can serve, as those that it serves show."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Final

from server.token_bucket import Clock

BUSY: Final = 0.8
"""Share of the time that threads may have work: beyond it the waiting grows without bounds."""

AT_EASE: Final = 0.5
"""Share of the time below which the event loop keeps nobody out: sessions that come at once cost it
more at first than later on, and would keep each other out."""

AT_EASE_HALF_LIFE_S: Final = 5.0

HALF_LIFE_S: Final = 30.0
PRIOR_S: Final = 30.0
"""What is expected of a session counts as much as so many seconds that one was seen."""

LEAST: Final = 4
"""So few sessions say nothing, and are always taken."""

HEARD_AGAIN: Final = 1.25
"""Audio that is classified in a second of a session: a person speaks half of the time, and an
utterance of 4 s with an interim each second is heard 2.5 times over."""

TICK_S: Final = 0.5

PRESSURE_S: Final = 5.0
"""After a segment for which there was no time, nobody new comes in for so long."""


class Capacity:
    """Learns what a session costs, of the workers' time and of the event loop's.

    Used from the event loop alone. All sums fade with `HALF_LIFE_S`.

    Args:
        workers: threads that classify.
        open_sessions: how many there are now.
        cost: seconds of a worker that a second of a session is expected to take; None: unknown.
        clock: seconds.
        loop_clock: seconds that the event loop's thread has worked.
    """

    def __init__(
        self,
        workers: int,
        open_sessions: Callable[[], int],
        *,
        cost: float | None = None,
        clock: Clock = time.monotonic,
        loop_clock: Clock = time.thread_time,
    ) -> None:
        self._workers = workers
        self._open = open_sessions
        self._clock, self._loop_clock = clock, loop_clock
        self._then, self._loop_then = clock(), loop_clock()
        self._presence = 0.0  # seconds of sessions
        self._work = 0.0  # seconds of workers
        self._loop = 0.0  # seconds of the loop
        self._loop_share = 0.0  # of the time, of late
        self._prior_s, self._prior = (0.0, 0.0) if cost is None else (PRIOR_S, PRIOR_S * cost)
        self._closed_until = 0.0

    def note_work(self, seconds: float) -> None:
        """A worker was busy for so long."""
        self._work += seconds

    def note_overload(self) -> None:
        """There was no time for a segment."""
        self._closed_until = self._clock() + PRESSURE_S

    def tick(self) -> None:
        """Count the time since the last call; called a few times a second."""
        now, loop = self._clock(), self._loop_clock()
        passed = now - self._then
        fade = 0.5 ** (passed / HALF_LIFE_S)
        if passed > 0:
            old = 0.5 ** (passed / AT_EASE_HALF_LIFE_S)
            share = (loop - self._loop_then) / passed
            self._loop_share = old * self._loop_share + (1 - old) * share
        self._presence = self._presence * fade + self._open() * passed
        self._work *= fade
        self._loop = self._loop * fade + (loop - self._loop_then if self._open() else 0.0)
        self._then, self._loop_then = now, loop

    async def watch(self) -> None:
        """Count the time until cancelled."""
        while True:
            await asyncio.sleep(TICK_S)
            self.tick()

    @property
    def sessions(self) -> int | None:
        """How many can be served; None where nothing is known yet."""
        loop = self._loop / self._presence if self._presence >= PRIOR_S else 0.0
        return self._served(max(self._work_cost, loop))

    @property
    def _work_cost(self) -> float:
        seconds = self._presence + self._prior_s
        if seconds < PRIOR_S:
            return 0.0
        return (self._work + self._prior) / seconds / self._workers

    @staticmethod
    def _served(cost: float) -> int | None:
        return max(LEAST, int(BUSY / cost)) if cost > 0 else None

    def has_room(self, taken: int) -> bool:
        """Whether one more session, besides so many, can be served."""
        if taken < LEAST:
            return True
        if self._clock() < self._closed_until:
            return False
        is_at_ease = self._loop_share < AT_EASE
        sessions = self._served(self._work_cost) if is_at_ease else self.sessions
        return sessions is None or taken < sessions


def expected_cost(classify_s: float, audio_s: float) -> float:
    """Seconds of a worker for a second of a session, by one classification.

    Examples:
        >>> expected_cost(classify_s=0.01, audio_s=2.0)
        0.00625
    """
    return HEARD_AGAIN * classify_s / audio_s
