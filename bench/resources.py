"""What a server costs: processor time, and memory over time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from itertools import count
from typing import NamedTuple

import numpy as np

from bench.errors import MissingPackageError, ServerError

WARM_S = 60.0
"""Memory may grow until then: caches fill, and allocators take what they will keep."""


class MemoryPoint(NamedTuple):
    """Resident memory, seconds after the start."""

    at_s: float
    kib: float


@dataclass(slots=True)
class Usage:
    """What a process used while it was watched.

    Attributes:
        cpu_s: user and system time of all its threads, seconds.
        memory: at the start, then at each interval, then at the end.
    """

    cpu_s: float = 0.0
    memory: list[MemoryPoint] = field(default_factory=list)


class Watch:
    """Watches one process from `start` to `stop`.

    Args:
        pid: of the process.
        every_s: how often its memory is looked at.

    Raises:
        ServerError: there is no such process.
        MissingPackageError: psutil is not installed.
    """

    def __init__(self, pid: int, every_s: float) -> None:
        try:
            from psutil import Error, Process
        except ImportError as error:
            raise MissingPackageError("psutil") from error
        self._error = Error
        try:
            self._process = Process(pid)
        except Error as error:
            raise ServerError(f"no process {pid} runs on this machine") from error
        self._every_s = every_s
        self._usage = Usage()
        self._before_s: float | None = None

    def start(self) -> None:
        """Begin; an event loop has to run."""
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        self._look()
        self._sampler = asyncio.create_task(self._sample())

    async def stop(self) -> Usage:
        """End, and say what was used: to the last look, if the process has ended by itself."""
        self._sampler.cancel()
        await asyncio.wait({self._sampler})
        self._look()
        return self._usage

    async def _sample(self) -> None:
        for number in count(1):
            next_s = self._began + number * self._every_s
            await asyncio.sleep(max(0.0, next_s - self._loop.time()))
            self._look()

    def _look(self) -> None:
        try:
            kib, times = self._process.memory_info().rss / 1024, self._process.cpu_times()
        except self._error:
            return
        if kib:  # nothing is left of a process that ended and was not waited for
            cpu_s = float(times.user + times.system)
            self._before_s = cpu_s if self._before_s is None else self._before_s
            self._usage.cpu_s = cpu_s - self._before_s
            self._usage.memory.append(MemoryPoint(self._loop.time() - self._began, kib))


def growth(memory: list[MemoryPoint], after_s: float = WARM_S) -> float | None:
    """KiB a minute by which memory grows after the first minute, by least squares.

    None where there are fewer than three points after it.
    """
    late = [point for point in memory if point.at_s >= after_s]
    if len(late) < 3:
        return None
    slope = np.polyfit([point.at_s for point in late], [point.kib for point in late], 1)[0]
    return float(slope) * 60
