"""One trial for each fault: it is brought about, and what the service promises is looked at."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from itertools import islice
from typing import Final

from bench.crowd_through_faults import Ledger, listening, talk, tell, undisturbed
from bench.fault_proxy import Fault, FaultProxy, Kind, random_faults
from bench.prometheus import read_value
from bench.server_process import Server, serve, words
from bench.trial import ROOM, Outcome, Trial, address_of
from bench.trials_at_length import among_attackers, come_and_go
from bench.websocket_case import START, opening
from bench.websocket_frame import Opcode, frame, read_frame

MANY: Final = 6
CUTS: Final = 8
STALL_S: Final = 10.0
HEARTBEAT_MS: Final = 1000
SLOW_BYTES: Final = 64 * 1024
PLACES: Final = 10
FILES: Final = 120
SOON_S: Final = 30.0


async def cut_anywhere(model: str) -> Outcome:
    """Connections end at any byte, by a close or by a reset."""
    with serve(model, *ROOM) as server:
        faults = [
            list(islice(random_faults(seed, least_bytes=2000, most_bytes=150_000), CUTS))
            for seed in range(MANY)
        ]
        lost, twice, done, _ = await _through(server, faults)
    return Outcome(not lost + twice and done > 0, f"{done} cuts: {lost} lost, {twice} twice")


async def stall(model: str) -> Outcome:
    """Nothing goes either way for 10 s."""
    with serve(model, *ROOM) as server:
        fault = [Fault(Kind.STALL, 100_000, seconds=STALL_S)]
        lost, twice, done, connections = await _through(server, [fault] * MANY)
    kept = not lost + twice and done == MANY
    return Outcome(kept, f"{done} stalls, {connections} connections: {lost} lost, {twice} twice")


async def gone_without_a_word(model: str) -> Outcome:
    """A client takes no part any more, and no end of its connection comes."""
    with serve(model, *ROOM, "--heartbeat-ms", str(HEARTBEAT_MS)) as server:
        writers = [await _begun(server) for _ in range(MANY)]
        began = time.monotonic()
        while _metric(server, "sessions_open") and time.monotonic() - began < SOON_S:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        took, left = time.monotonic() - began, _metric(server, "sessions_open")
        for writer in writers:
            writer.transport.abort()
    return Outcome(not left, f"{MANY} forgotten after {took:.1f} s of a heartbeat of 1 s")


async def slow_reader(model: str) -> Outcome:
    """A client sends and does not read."""
    flags = ("--backlog-bytes", str(SLOW_BYTES), "--messages-per-second", "1000000")
    with serve(model, *ROOM, *flags) as server:
        writer = await _begun(server)
        update = frame(Opcode.TEXT, b'{"type":"session.update"}') * 1000
        began = time.monotonic()
        with suppress(ConnectionError):
            while time.monotonic() - began < SOON_S:
                writer.write(update)
                await writer.drain()
        took = time.monotonic() - began
        cut = _metric(server, "slow_readers_cut_total")
        writer.transport.abort()
    return Outcome(cut == 1, f"cut after {took:.1f} s, at {SLOW_BYTES >> 10} KiB unread")


async def overload(model: str) -> Outcome:
    """Three times as many sessions as there are places for."""
    with serve(model, *ROOM, "--max-sessions", str(PLACES)) as server:
        pcm = talk(1, seconds=8)
        whole = await undisturbed(server.url, pcm)
        async with AsyncExitStack() as stack:
            proxies = [await _proxy(stack, server) for _ in range(PLACES)]
            sessions = await stack.enter_async_context(listening(proxies))
            telling = [asyncio.create_task(tell(one, pcm)) for one in sessions]
            statuses, slowest_ms = [], 0.0
            for _ in range(2 * PLACES):
                began = time.monotonic()
                statuses.append(await _status(server))
                slowest_ms = max(slowest_ms, 1000 * (time.monotonic() - began))
            ledgers = await asyncio.gather(*telling)
    lost = sum(ledger.lost(whole) for ledger in ledgers)
    refused = sum(status == 503 for status in statuses)
    kept = refused == len(statuses) and not lost and slowest_ms < 100
    return Outcome(
        kept, f"{refused} refused, slowest in {slowest_ms:.0f} ms; of the others {lost} lost"
    )


async def killed(model: str) -> Outcome:
    """A server is killed under load; another one is there."""
    return await _server_ends(model, signal.SIGKILL, most_s=3.0)


async def told_to_stop(model: str) -> Outcome:
    """A server gets SIGTERM under load; another one is there."""
    return await _server_ends(model, signal.SIGTERM, most_s=10.0)


async def no_files_left(model: str) -> Outcome:
    """The process has no file descriptor left for another connection."""
    from resource import RLIMIT_NOFILE, prlimit

    with serve(model, *ROOM, "--max-connections-per-address", "1000") as server:
        pcm = talk(1, seconds=8)
        whole = await undisturbed(server.url, pcm)
        async with AsyncExitStack() as stack:
            proxy = await _proxy(stack, server)
            (session,) = await stack.enter_async_context(listening([proxy]))
            prlimit(server.pid or 0, RLIMIT_NOFILE, (FILES, FILES))
            telling = asyncio.create_task(tell(session, pcm))
            writers = [await _connect(server) for _ in range(2 * FILES)]
            ledger = await telling
            for writer in writers:
                writer.transport.abort()
            answers = await _answers_again(server)
        said = words(server.said) if server.said else ""
    lost = ledger.lost(whole) + ledger.twice()
    kept = answers and not lost and "Traceback" not in said
    return Outcome(kept, f"{2 * FILES} connections to {FILES} files: {lost} lost, ready again")


async def _through(server: Server, faults: Sequence[Sequence[Fault]]) -> tuple[int, int, int, int]:
    """Lost, twice, faults that happened, connections; a session for each list of faults."""
    recordings = [talk(seed) for seed in range(len(faults))]
    whole = [await undisturbed(server.url, pcm) for pcm in recordings]
    async with AsyncExitStack() as stack:
        proxies = [await _proxy(stack, server, plan) for plan in faults]
        sessions = await stack.enter_async_context(listening(proxies))
        pairs = zip(sessions, recordings, strict=True)
        ledgers = await asyncio.gather(*(tell(session, pcm) for session, pcm in pairs))
    lost, twice = _count(ledgers, whole)
    done = sum(len(proxy.done) for proxy in proxies)
    return lost, twice, done, sum(proxy.connections for proxy in proxies)


async def _server_ends(model: str, how: signal.Signals, *, most_s: float) -> Outcome:
    with serve(model, *ROOM) as first, serve(model, *ROOM) as second:
        recordings = [talk(seed) for seed in range(MANY)]
        whole = [await undisturbed(second.url, pcm) for pcm in recordings]
        async with AsyncExitStack() as stack:
            proxies = [await _proxy(stack, first) for _ in recordings]
            sessions = await stack.enter_async_context(listening(proxies))
            pairs = zip(sessions, recordings, strict=True)
            telling = [asyncio.create_task(tell(session, pcm)) for session, pcm in pairs]
            await asyncio.sleep(1)
            for proxy in proxies:
                proxy.forward_to(*address_of(second))
            os.kill(first.pid or 0, how)
            ended_at = time.monotonic()
            going = asyncio.create_task(_gone(first, ended_at))
            ledgers = await asyncio.gather(*telling)
            gone_s = await going
    lost, twice = _count(ledgers, whole, cut=how is not signal.SIGKILL)
    nexts = [min(at for at in led.told_at if at > ended_at) - ended_at for led in ledgers]
    kept = not lost + twice and max(nexts) <= most_s and gone_s <= most_s
    figure = (
        f"{lost} lost, {twice} twice; next verdict {min(nexts):.1f} to {max(nexts):.1f} s later"
    )
    return Outcome(kept, f"{figure}, gone after {gone_s:.1f} s")


def _count(
    ledgers: Sequence[Ledger], whole: Sequence[Ledger], *, cut: bool = False
) -> tuple[int, int]:
    """Lost and twice; where a server left, an utterance may have a segment more, and is one."""
    lost = 0
    for ledger, complete in zip(ledgers, whole, strict=True):
        if cut:
            lost += len({span[0] for span in complete.spans} - {span[0] for span in ledger.spans})
        else:
            lost += ledger.lost(complete)
    return lost, sum(ledger.twice() for ledger in ledgers)


async def _proxy(stack: AsyncExitStack, server: Server, faults: Sequence[Fault] = ()) -> FaultProxy:
    return await stack.enter_async_context(FaultProxy(*address_of(server), faults))


async def _connect(server: Server) -> asyncio.StreamWriter:
    _, writer = await asyncio.open_connection(*address_of(server))
    return writer


async def _begun(server: Server) -> asyncio.StreamWriter:
    """A session whose client says nothing more, and reads nothing."""
    reader, writer = await asyncio.open_connection(*address_of(server), limit=1024)
    writer.write(opening() + START)
    await reader.readuntil(b"\r\n\r\n")
    await read_frame(reader)
    return writer


async def _status(server: Server) -> int:
    """Of a handshake."""
    reader, writer = await asyncio.open_connection(*address_of(server))
    writer.write(opening())
    status = int((await reader.readline()).split()[1])
    writer.transport.abort()
    return status


async def _answers_again(server: Server) -> bool:
    until = time.monotonic() + SOON_S
    while time.monotonic() < until:
        with suppress(OSError, IndexError, ValueError):
            if await asyncio.wait_for(_status(server), 2) == 101:
                return True
        await asyncio.sleep(0.1)
    return False


async def _gone(server: Server, since: float) -> float:
    """Seconds until a process has ended."""
    from psutil import STATUS_ZOMBIE, NoSuchProcess, Process

    with suppress(NoSuchProcess):
        process = Process(server.pid)
        while process.status() != STATUS_ZOMBIE and time.monotonic() - since < SOON_S:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    return time.monotonic() - since


def _metric(server: Server, name: str) -> float:
    return read_value(server.metrics_url or "", f"vivavoz_{name}")


TRIALS: Final = (
    Trial("connections cut at any byte", "nothing lost, nothing twice", cut_anywhere),
    Trial("nothing goes either way for 10 s", "nothing lost, nothing twice", stall),
    Trial("clients gone without a word", "forgotten after 1.5 heartbeats", gone_without_a_word),
    Trial("a client that does not read", "cut, at the limit", slow_reader),
    Trial("three times the sessions", "refused in 100 ms, nothing lost of the others", overload),
    Trial("a server killed under load", "right again in 3 s, nothing lost", killed),
    Trial("a server told to stop under load", "gone in 10 s, nothing lost", told_to_stop),
    Trial(
        "attackers of five kinds at once", "others wait half as long again at most", among_attackers
    ),
    Trial("sessions that come and go", "2 MiB in 10,000, no file, no thread", come_and_go),
    Trial("no file descriptor left", "sessions go on, then new ones come in", no_files_left),
)
