"""A head start: segments that will probably be asked for, heard before they are."""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from classifier import Verdict
from server.metrics import Metrics
from server.workers import Workers
from vad import Segment

logger = logging.getLogger(__name__)


class Heard(Protocol):
    """What a network made of some PCM. The verdict also takes what is known of the segment."""

    def verdict(
        self,
        *,
        voiced_ms: int | None = None,
        snr_db: float | None = None,
        clipped: float | None = None,
    ) -> Verdict | None:
        """The verdict, or None if another model answers by now."""
        ...


Hear: TypeAlias = Callable[[bytes], Heard]
Then: TypeAlias = Callable[[Heard | None], None]


@dataclass(slots=True, eq=False)
class _Guess:
    pcm: bytes
    heard: Heard | None = None
    is_done: bool = False
    then: Then | None = None


class Foresight:
    """One guess for each owner, and one at a time is heard.

    In a thread of its own: what is really asked for never waits for a guess. Used from the event
    loop alone.

    Args:
        hear: called in the thread.
        metrics: where it counts.
    """

    def __init__(self, hear: Hear, metrics: Metrics) -> None:
        self._hear = hear
        self._metrics = metrics
        self._guesses: dict[Hashable, _Guess] = {}
        self._is_busy = False
        self._workers: Workers[_Guess, Heard | None] = Workers(
            "foresight", 1, self._attempt, self._done
        )

    def start(self) -> None:
        """Start the thread; called on the loop that will use this."""
        self._workers.start()

    async def close(self) -> None:
        """Forget every guess, and wait for the thread."""
        self._guesses.clear()
        self._is_busy = True  # nothing more is taken
        await self._workers.close()

    def expect(self, owner: Hashable, segment: Segment) -> None:
        """Hear a segment, in place of the owner's guess before, unless the thread is busy."""
        self.forget(owner)
        if self._is_busy:
            self._count("skipped")
            return
        self._is_busy = True
        guess = self._guesses[owner] = _Guess(segment.pcm)
        self._workers.put(guess)

    def take(self, owner: Hashable, segment: Segment, then: Then) -> bool:
        """Have what was made of exactly these samples, if they were expected.

        Args:
            owner: whose guess it is; there is none afterwards.
            segment: what is asked for now.
            then: called once by the loop, maybe at once, with None if the model failed.

        Returns:
            Whether `then` is called.
        """
        guess = self._guesses.pop(owner, None)
        if guess is None:
            return False
        if guess.pcm != segment.pcm:
            self._count("wasted")
            return False
        self._count("used")
        if guess.is_done:
            then(guess.heard)
        else:
            guess.then = then
        return True

    def forget(self, owner: Hashable) -> None:
        """Nobody will ask for what this owner expected."""
        if self._guesses.pop(owner, None):
            self._count("wasted")

    def _count(self, outcome: str) -> None:
        self._metrics.foresight.labels(outcome).inc()

    def _done(self, guess: _Guess, heard: Heard | None, _: float) -> None:
        self._is_busy = False
        guess.heard, guess.is_done = heard, True
        if guess.then:
            guess.then(heard)

    def _attempt(self, guess: _Guess) -> Heard | None:
        try:
            return self._hear(guess.pcm)
        except Exception:  # it is asked again in earnest, and then said
            logger.debug("a segment could not be heard early", exc_info=True)
            return None
