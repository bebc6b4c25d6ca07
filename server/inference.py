"""The queue between the listeners and the model: bounded, with threads that classify."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol, TypeAlias

from classifier import Classifier, Verdict
from server.foresight import Foresight, Hear, Heard
from server.metrics import Metrics
from server.protocol import ModelInfo
from server.workers import Workers
from vad import Segment

logger = logging.getLogger(__name__)

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


def model_info(classifier: Classifier) -> ModelInfo:
    """What clients are told of a model."""
    return ModelInfo(
        name=classifier.name, version=classifier.version, labels=tuple(classifier.labels)
    )


def classify_segment(classify: Classify, segment: Segment) -> Verdict:
    """The verdict on a segment, from its samples and what the segmenter knows of them.

    Raises:
        ClassifierError: the model failed.
    """
    return classify(
        segment.pcm,
        voiced_ms=segment.voiced_ms,
        snr_db=segment.snr_db,
        clipped=segment.clipped,
    )


@dataclass(slots=True, eq=False)
class _Job:
    owner: Hashable
    segment: Segment
    answer: Answer | None  # None once it was given, or nobody waits for it any more
    queued_at: float = field(default_factory=time.monotonic)
    timer: asyncio.TimerHandle | None = None


class InferenceQueue:
    """Segments wait here for a thread. Finals go before interims.

    Used from the event loop alone, and never blocks it. Each answer comes exactly once, later and
    from the loop: a verdict, or None where there was no time for one:

    * an interim gives way to a newer one of its owner, to a final of its owner, and, where the
      queue is full, to anyone's final;
    * a final finds the queue full of finals;
    * the deadline has passed, in the queue or in the model;
    * the model failed (logged and counted).

    Args:
        classify: called in threads, several at once.
        workers: threads.
        size: segments that may wait.
        deadline_ms: from submitting to the answer.
        hear: called in a thread for what is expected; None: nothing is done about that.
        metrics: where it counts.
    """

    def __init__(
        self,
        classify: Classify,
        *,
        workers: int = 1,
        size: int = 128,
        deadline_ms: int = 4000,
        hear: Hear | None = None,
        metrics: Metrics | None = None,
    ) -> None:
        self._classify = classify
        self._size = size
        self._deadline_s = deadline_ms / 1000
        self._metrics = metrics or Metrics()
        self._metrics.watch_queue(lambda: self.depth, lambda: self.busy)
        self._finals: deque[_Job] = deque()
        self._interims: dict[Hashable, _Job] = {}
        self._running: set[_Job] = set()
        self._foreseen: set[_Job] = set()  # they wait for what is heard already
        self._foresight = Foresight(hear, self._metrics) if hear else None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._workers: Workers[_Job, Verdict | None] = Workers(
            "inference", workers, self._attempt, self._done
        )

    @property
    def depth(self) -> int:
        """Segments waiting."""
        return len(self._finals) + len(self._interims)

    @property
    def busy(self) -> int:
        """Classifications under way."""
        return len(self._running)

    @property
    def is_full(self) -> bool:
        """Whether the next final would be refused."""
        return len(self._finals) >= self._size

    def start(self) -> None:
        """Start the threads; called on the loop that will use the queue."""
        self._loop = asyncio.get_running_loop()
        self._workers.start()
        if self._foresight:
            self._foresight.start()

    async def close(self) -> None:
        """Answer what waits with None, and wait for the threads."""
        for job in self._all():
            self._answer(job, None)
        self._finals.clear()
        self._interims.clear()
        self._foreseen.clear()
        self._loop = None
        await self._workers.close()
        if self._foresight:
            await self._foresight.close()

    def expect(self, owner: Hashable, segment: Segment) -> None:
        """Have a head start with what this owner will probably submit next, a final.

        If exactly these samples are submitted, they are not classified a second time. Nothing is
        done while the threads have enough to do.
        """
        if self._foresight and not self._finals and self.busy < self._workers.count:
            self._foresight.expect(owner, segment)

    def submit(self, owner: Hashable, segment: Segment, answer: Answer) -> None:
        """Have a segment classified.

        Args:
            owner: who asks; see `cancel`.
            segment: final or interim.
            answer: called once, from the loop, never from within this call.
        """
        job = _Job(owner, segment, answer)
        older = self._interims.get(owner)
        if older:
            self._answer(older, None)
        if older and segment.final:
            del self._interims[owner]
        if self._loop is None:
            self._answer(job, None)
            return
        job.timer = self._loop.call_later(self._deadline_s, self._expire, job)
        if self._is_foreseen(job):
            return
        keeps_place = older is not None and not segment.final
        if not (keeps_place or self._has_room(segment)):
            self._answer(job, None)
            return
        if segment.final:
            self._finals.append(job)
        else:
            self._interims[owner] = job
        self._dispatch()

    async def classify(self, segment: Segment) -> Verdict | None:
        """The verdict on one segment by itself; None where there was no time for one."""
        answer: asyncio.Future[Verdict | None] = asyncio.get_running_loop().create_future()
        self.submit(answer, segment, answer.set_result)
        try:
            return await answer
        finally:
            self.cancel(answer)

    def cancel(self, owner: Hashable) -> None:
        """Forget everything that an owner waits for; its answers do not come any more."""
        for job in self._all():
            if job.owner == owner:
                self._forget(job)
                job.answer = None
        if self._foresight:
            self._foresight.forget(owner)

    def _all(self) -> list[_Job]:
        return [*self._finals, *self._interims.values(), *self._running, *self._foreseen]

    def _is_foreseen(self, job: _Job) -> bool:
        """Whether a final is answered by what was expected of its owner."""
        if self._foresight is None or not job.segment.final:
            return False
        self._foreseen.add(job)
        if self._foresight.take(job.owner, job.segment, partial(self._use, job)):
            return True
        self._foreseen.discard(job)
        return False

    def _use(self, job: _Job, heard: Heard | None) -> None:
        """What was expected was heard; if that is of no use, the job waits like any other."""
        if job not in self._foreseen:
            return  # it came too late
        self._foreseen.discard(job)
        verdict = heard and heard.verdict(
            voiced_ms=job.segment.voiced_ms,
            snr_db=job.segment.snr_db,
            clipped=job.segment.clipped,
        )
        if verdict:
            self._answer(job, verdict)
        else:
            self._finals.append(job)
            self._dispatch()

    def _has_room(self, segment: Segment) -> bool:
        """Whether there is a place, for a final by taking that of the oldest interim."""
        if self.depth < self._size:
            return True
        if segment.final and self._interims:
            oldest = self._interims.pop(next(iter(self._interims)))
            self._answer(oldest, None)
            return True
        return False

    def _dispatch(self) -> None:
        while len(self._running) < self._workers.count and (job := self._next()):
            self._metrics.wait.observe(time.monotonic() - job.queued_at)
            self._running.add(job)
            self._workers.put(job)

    def _next(self) -> _Job | None:
        if self._finals:
            return self._finals.popleft()
        if self._interims:
            return self._interims.pop(next(iter(self._interims)))
        return None

    def _expire(self, job: _Job) -> None:
        self._forget(job)
        self._answer(job, None)

    def _forget(self, job: _Job) -> None:
        """Take a job out of the queue; one that runs goes on, and nobody hears of it."""
        if job.timer:
            job.timer.cancel()
        self._foreseen.discard(job)
        if job in self._finals:
            self._finals.remove(job)
        elif self._interims.get(job.owner) is job:
            del self._interims[job.owner]

    def _answer(self, job: _Job, verdict: Verdict | None) -> None:
        if job.timer:
            job.timer.cancel()
        if job.answer is None:
            return
        if verdict is None:
            self._metrics.dropped.labels(str(job.segment.final).lower()).inc()
        # Later: whoever submits must not be answered in the middle of what it does.
        asyncio.get_running_loop().call_soon(job.answer, verdict)
        job.answer = None

    def _done(self, job: _Job, verdict: Verdict | None, seconds: float) -> None:
        self._running.discard(job)
        self._metrics.inference.observe(seconds)
        if verdict is None:
            self._metrics.failures.inc()
        self._answer(job, verdict)
        self._dispatch()

    def _attempt(self, job: _Job) -> Verdict | None:
        try:
            return classify_segment(self._classify, job.segment)
        except Exception:  # whatever a model raises, the thread lives
            logger.exception("a segment could not be classified")
            return None
