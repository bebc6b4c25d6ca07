"""One measurement under load: so many sessions at once against a server, and what it costs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bench.crowd import Job
from bench.errors import MissingPackageError, ServerError
from bench.generators import Generators, generators
from bench.programme import Programme
from bench.prometheus import Buckets, read_buckets, since
from bench.resources import Usage, Watch
from bench.server_process import Server
from bench.session import LAG
from bench.tally import Tally
from vad import VadSettings

LEAD_S: Final = 0.5
"""Between the word to begin and the beginning."""
MEMORY_EVERY_S: Final = 1.0
GOLDEN: Final = 0.6180339887498949
"""Its multiples, without their whole parts, fall evenly on any stretch of time and in no step
with the chunks (H. Weyl)."""


@dataclass(frozen=True, slots=True)
class Load:
    """How the sessions are held.

    Attributes:
        seconds: for which all of them are there and are measured.
        ramp_s: over which they begin, and in the end stop.
        chunk_ms: audio in one message.
        interim_ms: see `client_python.connect`.
        sessions_a_process: of the load generator.
    """

    seconds: float
    ramp_s: float = 5.0
    chunk_ms: int = 100
    interim_ms: int = 1000
    sessions_a_process: int = 300

    @property
    def session_s(self) -> float:
        """How long each session is."""
        return self.ramp_s + self.seconds


@dataclass(frozen=True, slots=True)
class Step:
    """What was measured with so many sessions.

    Attributes:
        model: that answered.
        sessions: that were asked for.
        seconds: for which they were measured.
        tally: what came.
        server: its processor time in those seconds, and its memory; None if out of reach.
        generator_cpu_s: of the processes that made the load.
        others_cpu_s: of everything else on the machine.
        lag: how late the server's event loop was, None if out of reach.
    """

    model: str
    sessions: int
    seconds: float
    tally: Tally
    server: Usage | None
    generator_cpu_s: float
    others_cpu_s: float
    lag: Buckets | None

    @property
    def speech_s(self) -> float:
        """What was said by all sessions in this time."""
        return self.tally.speech_ms / 1000

    def complaints(self) -> list[str]:
        """What may not happen and did, for people."""
        return self.tally.complaints()

    @property
    def memory_mib(self) -> float | None:
        """The most resident memory of the server."""
        if not self.server or not self.server.memory:
            return None
        return max(point.kib for point in self.server.memory) / 1024


async def measure_load(
    server: Server, sessions: int, load: Load, programmes: Sequence[Programme], vad: VadSettings
) -> Step:
    """Hold the sessions and measure while all of them are there.

    Args:
        server: ready, and with a place for each.
        sessions: how many; they take the programmes in turns.
        load: how.
        programmes: each `Load.session_s` long.
        vad: the settings that they were made with.

    Raises:
        BenchError: the load generator failed, or not one of its sessions began.
    """
    async with generators(_jobs(server.url, sessions, load, programmes, vad)) as crowd:
        began_s = time.monotonic() + LEAD_S
        await crowd.begin(began_s)
        await asyncio.sleep(max(0.0, began_s + load.ramp_s - time.monotonic()))
        await crowd.check()
        cost = await _watch(server, crowd, load.seconds)
        tally = await crowd.finish()
    return Step(server.model, sessions, load.seconds, tally, *cost)


async def measure_idle(server: Server, seconds: float) -> Usage:
    """What a server uses that nobody speaks to.

    Raises:
        ServerError: its process is out of reach.
    """
    if server.pid is None:
        raise ServerError(f"the process of {server.url} is out of reach")
    watch = Watch(server.pid, MEMORY_EVERY_S)
    watch.start()
    await asyncio.sleep(seconds)
    return await watch.stop()


def _jobs(
    url: str, sessions: int, load: Load, programmes: Sequence[Programme], vad: VadSettings
) -> list[Job]:
    """The sessions dealt out to processes."""
    vad = VadSettings(**vad.model_dump())  # each field given: none of the server's own counts
    count = -(-sessions // load.sessions_a_process)
    begin = [(i % len(programmes), i * GOLDEN % 1 * load.ramp_s) for i in range(sessions)]
    return [
        Job(
            url,
            programmes,
            begin[number::count],
            vad,
            load.chunk_ms,
            load.interim_ms,
            from_s=load.ramp_s,
            until_s=load.session_s,
        )
        for number in range(count)
    ]


async def _watch(
    server: Server, crowd: Generators, seconds: float
) -> tuple[Usage | None, float, float, Buckets | None]:
    before = await _lag(server)
    pids = [*crowd.pids] if server.pid is None else [server.pid, *crowd.pids]
    watches = [Watch(pid, MEMORY_EVERY_S) for pid in pids]
    for watch in watches:
        watch.start()
    busy = busy_s()
    await asyncio.sleep(seconds)
    busy = busy_s() - busy
    used = [await watch.stop() for watch in watches]
    after = await _lag(server)
    cpu_s = [usage.cpu_s for usage in used]
    generator_s = sum(cpu_s if server.pid is None else cpu_s[1:])
    return (
        None if server.pid is None else used[0],
        generator_s,
        max(0.0, busy - sum(cpu_s)),
        since(before, after) if before and after else None,
    )


def busy_s() -> float:
    """Processor time of everything on this machine since it started, seconds.

    Raises:
        MissingPackageError: psutil is not installed.
    """
    try:
        from psutil import cpu_times
    except ImportError as error:
        raise MissingPackageError("psutil") from error
    times = cpu_times()
    idle = times.idle + getattr(times, "iowait", 0.0) + getattr(times, "steal", 0.0)
    guest = getattr(times, "guest", 0.0) + getattr(times, "guest_nice", 0.0)  # in user and nice
    return float(sum(times) - idle - guest)


async def _lag(server: Server) -> Buckets | None:
    """The histogram; None where it is out of reach, which a server beyond its limits may be."""
    if server.metrics_url is None:
        return None
    try:
        return await asyncio.to_thread(read_buckets, server.metrics_url, LAG)
    except ServerError:
        return None
