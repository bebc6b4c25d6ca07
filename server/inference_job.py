"""A segment on its way to the model."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from classifier import Verdict
from vad import Segment

Answer: TypeAlias = Callable[[Verdict | None], None]


class Classify(Protocol):
    """`Classifier.classify`, or what stands in for it."""

    def __call__(
        self,
        pcm: bytes,
        *,
        voiced_ms: int | None = None,
        snr_db: float | None = None,
        clipped: float | None = None,
    ) -> Verdict:
        """The verdict on one segment."""
        ...


@dataclass(slots=True, eq=False)
class Job:
    """One segment.

    Attributes:
        owner: who asks.
        segment: to classify.
        answer: to be called once; None once it was, or if nobody waits any more.
        queued_at: since when, monotonic seconds.
        timer: ends the waiting.
        watch: ends a classification that hangs.
        attempts: classifications that were begun.
    """

    owner: Hashable
    segment: Segment
    answer: Answer | None
    queued_at: float = field(default_factory=time.monotonic)
    timer: asyncio.TimerHandle | None = None
    watch: asyncio.TimerHandle | None = None
    attempts: int = 0

    @property
    def is_final(self) -> bool:
        """Whether it has to be answered."""
        return self.segment.final

    def stop_watching(self) -> None:
        """It is not under way any more."""
        if self.watch:
            self.watch.cancel()
