"""The queue between the listeners and the model: bounded, with threads that classify."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Hashable
from functools import partial
from typing import Final

from classifier import Classifier, Verdict
from server.capacity import Capacity
from server.foresight import Foresight, Hear, Heard
from server.inference_job import Answer, Classify, Job
from server.metrics import Metrics
from server.protocol import ModelInfo
from server.waiting import Waiting
from server.workers import Workers
from vad import Segment

logger = logging.getLogger(__name__)

MOST_ATTEMPTS: Final = 2
"""A final that fails is tried again, and left alone where it fails a second time."""

HANGS: Final = 5
"""A classification that takes so many deadlines will not end."""

MOST_LOST: Final = 8
"""Threads left hanging; each keeps what the model has taken in it."""


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


class InferenceQueue:
    """Segments wait here for a thread: finals before interims, owner after owner (`Waiting`).

    Used from the event loop alone, and never blocks it. Each answer comes exactly once, later and
    from the loop: a verdict, or None where there was no time for one:

    * an interim gives way to a newer one of its owner, to a final of its owner, and, where the
      queue is full, to anyone's final;
    * a final finds the queue full of finals, and its owner is not the one who has the most;
    * the deadline has passed, in the queue or in the model;
    * the model failed twice, or hangs: then its thread is replaced.

    Args:
        classify: called in threads, several at once.
        workers: threads.
        size: segments that may wait.
        deadline_ms: from submitting to the answer.
        hear: called in a thread for what is expected; None: nothing is done about that.
        metrics: where it counts.
        capacity: is told what the work costs, and when there is too much of it.
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
        capacity: Capacity | None = None,
    ) -> None:
        self._classify = classify
        self._capacity = capacity
        self._deadline_s = deadline_ms / 1000
        self._metrics = metrics or Metrics()
        self._metrics.watch_queue(lambda: self.depth, lambda: self.busy)
        self._waiting: Waiting[Job] = Waiting(size)
        self._running: set[Job] = set()
        self._foreseen: set[Job] = set()  # they wait for what is heard already
        self._foresight = Foresight(hear, self._metrics) if hear else None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._workers: Workers[Job, Verdict | None] = Workers(
            "inference", workers, self._attempt, self._done
        )

    @property
    def depth(self) -> int:
        """Segments waiting."""
        return len(self._waiting)

    @property
    def busy(self) -> int:
        """Classifications under way."""
        return len(self._running)

    @property
    def is_full(self) -> bool:
        """Whether the next final would be refused, or put out another."""
        return self._waiting.is_full

    @property
    def is_lost(self) -> bool:
        """Whether the model hangs in as many threads as are replaced."""
        return self._workers.lost >= MOST_LOST

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
        for job in self._running:
            job.stop_watching()
        self._waiting.clear()
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
        if self._foresight and not self._waiting.has_finals and self.busy < self._workers.count:
            self._foresight.expect(owner, segment)

    def submit(self, owner: Hashable, segment: Segment, answer: Answer) -> None:
        """Have a segment classified.

        Args:
            owner: who asks; see `cancel`.
            segment: final or interim.
            answer: called once, from the loop, never from within this call.
        """
        job = Job(owner, segment, answer)
        older = self._waiting.interim_of(owner)
        if older and segment.final:
            self._waiting.discard(older)
            self._answer(older, None)
        if self._loop is None:
            self._answer(job, None)
            return
        job.timer = self._loop.call_later(self._deadline_s, self._expire, job)
        if not self._is_foreseen(job):
            self._wait(job)

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

    def _all(self) -> list[Job]:
        return [*self._waiting, *self._running, *self._foreseen]

    def _is_foreseen(self, job: Job) -> bool:
        """Whether a final is answered by what was expected of its owner."""
        if self._foresight is None or not job.segment.final:
            return False
        self._foreseen.add(job)
        if self._foresight.take(job.owner, job.segment, partial(self._use, job)):
            return True
        self._foreseen.discard(job)
        return False

    def _use(self, job: Job, heard: Heard | None) -> None:
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
            self._wait(job)

    def _wait(self, job: Job) -> None:
        out = self._waiting.add(job)
        if out is not None:
            self._note_overload(out)
            self._answer(out, None)
        self._dispatch()

    def _dispatch(self) -> None:
        while len(self._running) < self._workers.count and (job := self._waiting.pop()):
            self._metrics.wait.observe(time.monotonic() - job.queued_at)
            self._running.add(job)
            job.attempts += 1
            if self._loop:
                job.watch = self._loop.call_later(HANGS * self._deadline_s, self._replace, job)
            self._workers.put(job)

    def _replace(self, job: Job) -> None:
        """The model hangs in a job: it is given up with its thread, and not tried again."""
        if self._workers.lost < MOST_LOST and self._workers.abandon(job):
            logger.error("the model hangs; another thread takes over")
            self._running.discard(job)
            self._answer(job, None)
            self._dispatch()

    def _note_overload(self, job: Job) -> None:
        if job.is_final and self._capacity:
            self._capacity.note_overload()

    def _expire(self, job: Job) -> None:
        self._note_overload(job)
        self._forget(job)
        self._answer(job, None)

    def _forget(self, job: Job) -> None:
        """Take a job out of the queue; one that runs goes on, and nobody hears of it."""
        if job.timer:
            job.timer.cancel()
        self._foreseen.discard(job)
        self._waiting.discard(job)

    def _answer(self, job: Job, verdict: Verdict | None) -> None:
        if job.timer:
            job.timer.cancel()
        if job.answer is None:
            return
        if verdict is None:
            self._metrics.dropped.labels(str(job.segment.final).lower()).inc()
        # Later: whoever submits must not be answered in the middle of what it does.
        asyncio.get_running_loop().call_soon(job.answer, verdict)
        job.answer = None

    def _done(self, job: Job, verdict: Verdict | None, seconds: float) -> None:
        self._running.discard(job)
        job.stop_watching()
        self._metrics.inference.observe(seconds)
        if self._capacity:
            self._capacity.note_work(seconds)
        if verdict is None:
            self._metrics.failures.inc()
        if verdict is None and job.is_final and job.answer and job.attempts < MOST_ATTEMPTS:
            self._waiting.add_first(job)
        else:
            self._answer(job, verdict)
        self._dispatch()

    def _attempt(self, job: Job) -> Verdict | None:
        try:
            return classify_segment(self._classify, job.segment)
        except Exception:  # whatever a model raises, the thread lives
            level = logging.ERROR if job.attempts == MOST_ATTEMPTS else logging.WARNING
            extra = {"attempt": job.attempts, "final": job.is_final}
            logger.log(level, "a segment could not be classified", exc_info=True, extra=extra)
            return None
