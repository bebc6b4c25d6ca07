"""An inference queue, a model that waits, and what was answered."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

from classifier import Verdict
from server.inference import InferenceQueue
from tests.server.segments import FINAL
from vad import Segment

Make = Callable[..., InferenceQueue]


class Model:
    """Notes what it is asked, and waits for `go` before each answer."""

    def __init__(self) -> None:
        self.go = threading.Semaphore(0)
        self.asked: list[int] = []

    def __call__(self, pcm: bytes, **quality: Any) -> Verdict:
        self.asked.append(len(pcm))
        assert self.go.acquire(timeout=10)
        return Verdict("happy", None, 1.0, {"happy": 1.0}, "0")


class Answers(dict[str, Verdict | None]):
    """What was answered, by name."""

    def __init__(self, queue: InferenceQueue) -> None:
        self._queue = queue
        self._news = asyncio.Event()

    def ask(self, name: str, segment: Segment = FINAL, owner: str = "") -> None:
        def answer(verdict: Verdict | None) -> None:
            assert name not in self, "answered twice"
            self[name] = verdict
            self._news.set()

        self._queue.submit(owner or name, segment, answer)

    async def come(self, *names: str) -> None:
        async with asyncio.timeout(5):
            while not set(names) <= self.keys():
                self._news.clear()
                await self._news.wait()
