"""Threads that work for an event loop."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Hashable
from queue import SimpleQueue
from typing import Final, Generic, TypeVar

logger = logging.getLogger(__name__)

JOIN_S: Final = 5.0

Job = TypeVar("Job", bound=Hashable)
Result = TypeVar("Result")


class Workers(Generic[Job, Result]):
    """Some threads, each with one job at a time.

    Args:
        name: of the threads, before their number.
        count: of them.
        work: called in a thread; raises nothing.
        done: called by the loop with the job, its result and the seconds it took.

    Attributes:
        lost: threads that were left behind.
    """

    def __init__(
        self,
        name: str,
        count: int,
        work: Callable[[Job], Result],
        done: Callable[[Job, Result, float], None],
    ) -> None:
        self._work = work
        self._done = done
        self._inbox: SimpleQueue[Job | None] = SimpleQueue()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._name = name
        self._lock = threading.Lock()
        self._at_work: dict[Job, threading.Thread] = {}
        self._threads = [self._thread(i) for i in range(count)]
        self.lost = 0

    @property
    def count(self) -> int:
        """How many jobs can be under way at once."""
        return len(self._threads)

    def start(self) -> None:
        """Start the threads; called on the loop that will be told."""
        self._loop = asyncio.get_running_loop()
        for thread in self._threads:
            thread.start()

    def put(self, job: Job) -> None:
        """Have a job done, in the order of the calls."""
        self._inbox.put(job)

    def abandon(self, job: Job) -> bool:
        """Leave a thread behind that hangs in a job, and start another in its place.

        Returns:
            False where the job is not under way any more: it was done just now.
        """
        with self._lock:
            thread = self._at_work.pop(job, None)
        if thread is None:
            return False
        self.lost += 1
        self._threads.remove(thread)
        fresh = self._thread(len(self._threads) + self.lost)
        self._threads.append(fresh)
        fresh.start()
        return True

    async def close(self) -> None:
        """Wait for the threads. What has not begun is left, and nobody is told any more."""
        self._loop = None
        for _ in self._threads:
            self._inbox.put(None)
        await asyncio.to_thread(self._join)

    def _run(self) -> None:
        """A thread: work until told to end."""
        while (job := self._inbox.get()) is not None:
            loop, started = self._loop, time.monotonic()
            if loop is None:
                continue  # closed meanwhile; nobody waits
            with self._lock:
                self._at_work[job] = threading.current_thread()
            result = self._work(job)
            with self._lock:
                if self._at_work.pop(job, None) is None:
                    return  # given up meanwhile; another thread works in this one's place
            try:
                loop.call_soon_threadsafe(self._done, job, result, time.monotonic() - started)
            except RuntimeError:  # the loop is closed: the server has gone
                return
            del job, result  # a thread that waits keeps no session in memory

    def _thread(self, number: int) -> threading.Thread:
        return threading.Thread(target=self._run, name=f"{self._name}-{number}", daemon=True)

    def _join(self) -> None:
        until = time.monotonic() + JOIN_S
        for thread in self._threads:
            if thread.is_alive():
                thread.join(max(0.0, until - time.monotonic()))
        if any(thread.is_alive() for thread in self._threads):
            logger.warning("a classification did not end in %.0f s; it is left behind", JOIN_S)
