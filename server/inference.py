"""The queue between the listeners and the model: bounded, with threads that classify."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Final, Protocol, TypeAlias

from classifier import Classifier, Verdict
from server.metrics import Metrics
from server.protocol import ModelInfo
from vad import Segment

logger = logging.getLogger(__name__)

JOIN_S: Final = 5.0

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
        metrics: where it counts.
    """

    def __init__(
        self,
        classify: Classify,
        *,
        workers: int = 1,
        size: int = 128,
        deadline_ms: int = 4000,
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
        self._inbox: SimpleQueue[_Job | None] = SimpleQueue()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._threads = [
            threading.Thread(target=self._work, name=f"inference-{i}", daemon=True)
            for i in range(workers)
        ]

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
        for thread in self._threads:
            thread.start()

    async def close(self) -> None:
        """Answer what waits with None, and wait for the threads."""
        for job in [*self._finals, *self._interims.values(), *self._running]:
            self._answer(job, None)
        self._finals.clear()
        self._interims.clear()
        self._loop = None
        for _ in self._threads:
            self._inbox.put(None)
        await asyncio.to_thread(self._join)

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
        keeps_place = older is not None and not segment.final
        if self._loop is None or not (keeps_place or self._has_room(segment)):
            self._answer(job, None)
            return
        job.timer = self._loop.call_later(self._deadline_s, self._expire, job)
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
        waiting = [*self._finals, *self._interims.values(), *self._running]
        for job in waiting:
            if job.owner == owner:
                self._forget(job)
                job.answer = None

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
        while len(self._running) < len(self._threads) and (job := self._next()):
            self._metrics.wait.observe(time.monotonic() - job.queued_at)
            self._running.add(job)
            self._inbox.put(job)

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

    def _work(self) -> None:
        """A thread: classify until told to end."""
        while (job := self._inbox.get()) is not None:
            loop, started = self._loop, time.monotonic()
            if loop is None:
                continue  # closed meanwhile; nobody waits
            verdict = self._attempt(job)
            try:
                loop.call_soon_threadsafe(self._done, job, verdict, time.monotonic() - started)
            except RuntimeError:  # the loop is closed: the server has gone
                return
            del job, verdict  # a thread that waits keeps no session in memory

    def _attempt(self, job: _Job) -> Verdict | None:
        try:
            return classify_segment(self._classify, job.segment)
        except Exception:  # whatever a model raises, the thread lives
            logger.exception("a segment could not be classified")
            return None

    def _join(self) -> None:
        until = time.monotonic() + JOIN_S
        for thread in self._threads:
            if thread.is_alive():
                thread.join(max(0.0, until - time.monotonic()))
        if any(thread.is_alive() for thread in self._threads):
            logger.warning("a classification did not end in %.0f s; it is left behind", JOIN_S)
