"""Starts the processes of the load generator, tells them when to begin, takes what they found."""

from __future__ import annotations

import asyncio
import pickle
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Final

from bench.crowd import READY, Job
from bench.errors import BenchError
from bench.server_process import TOP
from bench.tally import Tally, total

CONNECT_S: Final = 60.0
"""For all sessions of a process."""


class Generators:
    """Processes with all their sessions open; `generators` makes them."""

    def __init__(self, processes: Sequence[Process]) -> None:
        self._processes = processes

    @property
    def pids(self) -> list[int]:
        """Of the processes."""
        return [process.pid for process in self._processes]

    async def begin(self, at_s: float) -> None:
        """Have the audio begin then, seconds of ``time.monotonic``, which processes share."""
        for process in self._processes:
            assert process.stdin
            process.stdin.write(f"{at_s!r}\n".encode())
            await process.stdin.drain()

    async def check(self) -> None:
        """Make sure that all of them still run.

        Raises:
            BenchError: one has ended.
        """
        for process in self._processes:
            if process.returncode:
                assert process.stderr
                raise _failed(await process.stderr.read())

    async def finish(self) -> Tally:
        """What came of all sessions, when the last has ended.

        Raises:
            BenchError: a process failed.
        """
        said = await asyncio.gather(*(process.communicate() for process in self._processes))
        found: list[Tally] = []
        for process, (out, errors) in zip(self._processes, said, strict=True):
            if process.returncode:
                raise _failed(errors)
            found.append(pickle.loads(out))
        return total(found)


@asynccontextmanager
async def generators(jobs: Sequence[Job]) -> AsyncIterator[Generators]:
    """One process for each job, connected; ended when the block is left.

    Raises:
        BenchError: a process failed, or its sessions do not open.
    """
    processes: list[Process] = []
    try:
        for job in jobs:
            processes.append(await _start(job))  # noqa: PERF401 - those before one that fails end
        await asyncio.gather(*(_ready(process) for process in processes))
        yield Generators(processes)
    finally:
        for process in processes:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def _start(job: Job) -> Process:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.crowd"), cwd=TOP, stdin=PIPE, stdout=PIPE, stderr=PIPE
    )
    assert process.stdin
    with suppress(ConnectionError):  # it failed: `_ready` says why
        process.stdin.write(pickle.dumps(job))
        await process.stdin.drain()
    return process


async def _ready(process: Process) -> None:
    assert process.stdout
    assert process.stderr
    try:
        async with asyncio.timeout(CONNECT_S):
            line = await process.stdout.readline()
    except TimeoutError:
        raise BenchError(f"the sessions were not open within {CONNECT_S:g} s") from None
    if line != READY:
        raise _failed(await process.stderr.read())


def _failed(errors: bytes) -> BenchError:
    last = (errors.decode(errors="replace").strip().splitlines() or ["it said nothing"])[-1]
    return BenchError(f"the load generator failed: {last}")
