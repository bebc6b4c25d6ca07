"""Trials that take many sessions: what they leave behind, and what others notice of attackers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from typing import Final

import numpy as np

from bench.crowd_through_faults import RATE, talk
from bench.server_process import Server, serve
from bench.trial import ROOM, Outcome, address_of
from bench.websocket_case import START, opening
from bench.websocket_frame import Opcode, close, frame, read_frame
from client_python import chunks, connect

SESSIONS: Final = 10_000
WARM_UP: Final = 5_000
AT_ONCE: Final = 8
PER_MIB: Final = 10_000
MOST_MIB: Final = 2.0
MOST_SLOWER: Final = 1.5
NOTHING_MS: Final = 20.0
"""What one cannot hear; a share of less than that says nothing."""

LISTEN_S: Final = 8
STOP: Final = frame(Opcode.TEXT, b'{"type":"session.stop"}')


async def come_and_go(model: str) -> Outcome:
    """Sessions are opened and closed by the thousand."""
    from psutil import Process

    with serve(model, *ROOM) as server:
        process = Process(server.pid)
        await _sessions(server, WARM_UP)
        before = process.memory_info().rss, process.num_fds(), process.num_threads()
        await _sessions(server, SESSIONS)
        after = process.memory_info().rss, process.num_fds(), process.num_threads()
    mib = (after[0] - before[0]) / 2**20 * PER_MIB / SESSIONS
    files, threads = after[1] - before[1], after[2] - before[2]
    kept = mib <= MOST_MIB and files <= 1 and threads <= 0
    return Outcome(kept, f"{mib:.1f} MiB in {PER_MIB:,}; {files} files and {threads} threads more")


async def among_attackers(model: str) -> Outcome:
    """Floods, slow clients, too large messages and endless talk, all at once."""
    with serve(model, *ROOM) as server:
        calm = await _p95(server)
        async with AsyncExitStack() as stack:
            for attack in ATTACKS:
                task = asyncio.create_task(_again_and_again(attack, server))
                stack.callback(task.cancel)
            among = await _p95(server)
    kept = among <= max(MOST_SLOWER * calm, calm + NOTHING_MS)
    return Outcome(kept, f"p95 of a label {among:.0f} ms, {calm:.0f} ms without them")


async def _sessions(server: Server, count: int) -> None:
    left = iter(range(count))

    async def one_after_another() -> None:
        for _ in left:
            # It has enough to do where it takes none: so many at once are a flood.
            while not await _session(server):  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    await asyncio.gather(*(one_after_another() for _ in range(AT_ONCE)))


async def _session(server: Server) -> bool:
    """A session from its start to its end. Returns False where there was no place for it."""
    reader, writer = await asyncio.open_connection(*address_of(server))
    writer.write(opening() + START + frame(Opcode.BINARY, bytes(3200)) + STOP)
    is_open = b" 101 " in await reader.readuntil(b"\r\n\r\n")
    while is_open and (came := await read_frame(reader)) and came.opcode != Opcode.CLOSE:
        pass
    writer.write(close(1000))
    if is_open:
        await reader.read()
    writer.transport.abort()
    return is_open


async def _p95(server: Server) -> float:
    """How late the server says its final labels are, of one session at the pace of speech."""
    late: list[int] = []
    async with connect(server.url, sample_rate=RATE, interim_ms=0) as session:

        async def listen() -> None:
            late.extend([m.latency_ms async for m in session if m.type == "emotion" and m.final])

        listening = asyncio.create_task(listen())
        for piece in chunks(talk(3, LISTEN_S), RATE):
            await session.send(piece)
            await asyncio.sleep(len(piece) / 2 / RATE)
        await session.stop()
        await listening
    return float(np.percentile(late, 95))


async def _again_and_again(attack: Callable[[Server], Awaitable[None]], server: Server) -> None:
    while True:
        with suppress(OSError, asyncio.IncompleteReadError):
            await attack(server)
        await asyncio.sleep(0.01)


async def _attack(server: Server, what: bytes, times: int) -> None:
    """Send something again and again; nothing of what comes is read."""
    _, writer = await asyncio.open_connection(*address_of(server), limit=1024)
    try:
        writer.write(opening() + START)
        for _ in range(times):
            writer.write(what)
            await writer.drain()
            await asyncio.sleep(0)
    finally:
        writer.transport.abort()


async def _flood(server: Server) -> None:
    await _attack(server, frame(Opcode.PING, b"x") * 100, 1000)


async def _chatter(server: Server) -> None:
    await _attack(server, frame(Opcode.TEXT, b'{"type":"session.update"}') * 10, 1000)


async def _oversize(server: Server) -> None:
    await _attack(server, frame(Opcode.BINARY, length=2**40), 1)


async def _talk(server: Server) -> None:
    await _attack(server, frame(Opcode.BINARY, talk(5)[:64_000]), 100)


async def _half_a_head(server: Server) -> None:
    _, writer = await asyncio.open_connection(*address_of(server))
    writer.write(opening()[:-2])
    await asyncio.sleep(1)
    writer.transport.abort()


ATTACKS: Final = (_flood, _chatter, _oversize, _talk, _half_a_head)
