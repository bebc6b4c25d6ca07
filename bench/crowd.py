"""Many sessions at once from one process: the load generator, ``python -m bench.crowd``.

It reads a pickled `Job` from standard input, connects, writes a line, reads the moment to begin
(a line, seconds of the monotonic clock), and in the end writes a pickled `Tally`.
"""

from __future__ import annotations

import asyncio
import gc
import pickle
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final

from bench.live import Live, play
from bench.programme import Programme
from bench.recordings import RATE
from bench.tally import Tally
from client_python import ClientError, Session, connect
from vad import VadSettings

CONNECTING: Final = 16
"""Connections that are made at once."""
CONNECT_S: Final = 30.0
READY: Final = b"ready\n"


@dataclass(frozen=True, slots=True)
class Job:
    """The sessions that one process holds.

    Attributes:
        url: of the server.
        programmes: what is said.
        sessions: for each session, the number of its programme and when it begins, s.
        vad: all settings, so that none of the server's own are in force.
        chunk_ms: audio in one message.
        interim_ms: see `client_python.connect`.
        from_s: since when latencies count.
        until_s: until when.
    """

    url: str
    programmes: Sequence[Programme]
    sessions: Sequence[tuple[int, float]]
    vad: VadSettings
    chunk_ms: int
    interim_ms: int
    from_s: float
    until_s: float


async def hold_crowd(job: Job, when: Callable[[], Awaitable[float]]) -> Tally:
    """Hold all sessions of a job.

    Args:
        job: which they are.
        when: called when all are connected; gives the moment to begin, ``time.monotonic``.

    Raises:
        ClientError: not one session began.
    """
    tally = Tally()
    async with AsyncExitStack() as stack:
        gate = asyncio.Semaphore(CONNECTING)
        opened = await asyncio.gather(*(_open(stack, gate, job) for _ in job.sessions))
        errors = [one for one in opened if isinstance(one, ClientError)]
        if errors and len(errors) == len(opened):
            raise errors[0]
        gc.collect()
        gc.freeze()  # what lives to the end is not looked through again and again meanwhile
        began_s = await when()
        async with asyncio.TaskGroup() as group:
            for session, (number, at_s) in zip(opened, job.sessions, strict=True):
                if isinstance(session, Session):
                    group.create_task(_hold(session, job, tally, number, began_s, at_s))
                else:
                    tally.failures.append(str(session))
    return tally


async def _open(stack: AsyncExitStack, gate: asyncio.Semaphore, job: Job) -> Session | ClientError:
    async with gate:
        try:
            return await stack.enter_async_context(
                connect(
                    job.url,
                    sample_rate=RATE,
                    vad=job.vad,
                    interim_ms=job.interim_ms,
                    timeout_s=CONNECT_S,
                )
            )
        except ClientError as error:
            return error


async def _hold(
    session: Session, job: Job, tally: Tally, number: int, began_s: float, at_s: float
) -> None:
    pcm, expected = job.programmes[number]
    model = session.model
    live = Live(f"{model.name} {model.version}", session.config.vad, expected)
    await asyncio.sleep(max(0.0, began_s + at_s - time.monotonic()))
    await play(session, live, pcm, chunk_ms=job.chunk_ms, began_s=began_s + at_s)
    tally.add(live, job.chunk_ms, (job.from_s - at_s) * 1000, (job.until_s - at_s) * 1000)


async def _ask_when() -> float:
    sys.stdout.buffer.write(READY)
    sys.stdout.buffer.flush()
    return float(await asyncio.to_thread(sys.stdin.buffer.readline))


def main() -> None:
    """Do the job that comes on standard input."""
    job = pickle.load(sys.stdin.buffer)
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            tally = runner.run(hold_crowd(job, _ask_when))
    except ClientError as error:
        sys.exit(str(error))
    pickle.dump(tally, sys.stdout.buffer)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """As the server's: uvloop where there is one."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


if __name__ == "__main__":
    main()
