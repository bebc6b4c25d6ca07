"""What clients may send, mangled, over real connections to a real server."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Sequence
from contextlib import suppress
from random import Random
from typing import Final

from bench.findings import HANG_S, Fault, Finding, Findings
from bench.mutation import mutate, mutate_text
from bench.websocket_case import SWITCHING, opening
from bench.websocket_frame import FrameError, Opcode, frame, read_frame

TARGET: Final = "connections"
AT_ONCE: Final = 8
QUIET_S: Final = 0.3
"""A server that says nothing for so long waits for more."""

ENDS_S: Final = 20 * HANG_S
"""A machine that is busy answers late; what never ends is seen all the same."""


async def fuzz_connections(
    count: int, seed: int, corpus: Sequence[str], host: str, port: int, findings: Findings
) -> None:
    """Speak with a server on so many connections, one after the other in each of a few tasks."""
    rng = Random(seed)
    texts = [text.encode("utf-8", "replace") for text in corpus]
    streams = iter([_stream(rng, corpus, texts) for _ in range(count)])

    async def speak() -> None:
        for stream in streams:
            await _feed(stream, host, port, findings)

    await asyncio.gather(*(speak() for _ in range(AT_ONCE)))


def _stream(rng: Random, corpus: Sequence[str], texts: Sequence[bytes]) -> bytes:
    """A whole connection; the handshake of most is right, or there would be nothing behind it."""
    head = opening()
    if rng.random() < 0.2:
        head = mutate(head, rng, [head])
    frames = [frame(Opcode.TEXT, rng.choice(texts[:9]))]
    for _ in range(rng.randint(0, 8)):
        text = mutate_text(rng.choice(corpus), rng, texts).encode()
        close = struct.pack("!H", rng.choice((1000, 1001, 1005, 4999, 0)))
        kind, payload = rng.choice(
            (
                *((Opcode.TEXT, text), (Opcode.BINARY, rng.randbytes(rng.choice((0, 1, 640))))),
                *((Opcode.BINARY, bytes(32_000)), (Opcode.PING, b"x"), (Opcode.CLOSE, close)),
            )
        )
        frames.append(frame(kind, payload, fin=rng.random() < 0.9))
    body = b"".join(frames)
    return head + (mutate(body, rng, texts) if rng.random() < 0.7 else body)


async def _feed(stream: bytes, host: str, port: int, findings: Findings) -> None:
    outcome = "refused"
    try:
        async with asyncio.timeout(ENDS_S):
            outcome = await _speak(stream, host, port)
    except TimeoutError:
        findings.faults.append(
            Finding(TARGET, Fault.HANG, stream, f"the connection was open after {ENDS_S:g} s")
        )
    except (FrameError, ValueError) as error:
        findings.faults.append(Finding(TARGET, Fault.LAW, stream, str(error)))
    findings.note(TARGET, stream, outcome, 0.0)


async def _speak(stream: bytes, host: str, port: int) -> str:
    """Send all, read what comes, and leave. Returns what the server made of it."""
    reader, writer = await asyncio.open_connection(host, port)
    try:
        with suppress(ConnectionError):
            writer.write(stream)
            await writer.drain()
        with suppress(ConnectionError, asyncio.IncompleteReadError, TimeoutError):
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), QUIET_S)
            status = int(head.split()[1])
            return str(status) if status != SWITCHING else await _listen(reader)
        with suppress(ConnectionError):
            if writer.can_write_eof():
                writer.write_eof()
            await reader.read()  # to the end, which comes now
        return "left"
    finally:
        writer.transport.abort()


async def _listen(reader: asyncio.StreamReader) -> str:
    while came := await asyncio.wait_for(read_frame(reader), QUIET_S):
        if came.opcode == Opcode.CLOSE:
            return f"close {came.close_code}"
    return "ended"
