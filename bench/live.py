"""One session at the pace of its sound, and everything that came of it with its time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from bench.delivery import Arrival, Ending, Received
from bench.expectation import Expectation, expect
from bench.recordings import RATE, Pcm
from client_python import ClientError, Session, chunks, connect, paced
from vad import VadSettings

INTERIM_MS: Final = 1000


@dataclass(slots=True)
class Live:
    """What is known of a session after it.

    Attributes:
        model: name and version.
        vad: the settings in force.
        expected: what had to come.
        received: what came.
        late_ms: how late each chunk was sent.
        speech_ms: as the server counted it, None if it did not come to that.
        failure: how the session ended, if not well.
    """

    model: str
    vad: VadSettings
    expected: Expectation
    received: Received = field(default_factory=Received)
    late_ms: list[float] = field(default_factory=list)
    speech_ms: int | None = None
    failure: str | None = None


async def hold_session(
    pcm: Pcm, url: str, *, vad: VadSettings, chunk_ms: int, interim_ms: int
) -> Live:
    """Send a recording as a microphone would, and note when each answer comes.

    Args:
        pcm: int16 at `RATE`.
        url: of the server.
        vad: the settings that were given explicitly are asked for.
        chunk_ms: audio in one message; it is sent when its last sample is due.
        interim_ms: see `client_python.connect`.

    Raises:
        ClientError: the session did not begin.
    """
    async with connect(url, sample_rate=RATE, vad=vad, interim_ms=interim_ms) as session:
        in_force, model = session.config.vad, session.model
        live = Live(f"{model.name} {model.version}", in_force, expect(pcm, in_force))
        pieces = chunks(pcm.tobytes(), RATE, chunk_ms)  # copied before the clock starts, not after
        began_s = asyncio.get_running_loop().time()
        receiver = asyncio.create_task(_receive(session, live, began_s))
        try:
            await _send(session, pieces, live, began_s)
            live.speech_ms = (await session.stop()).speech_ms
        except ClientError as error:
            live.failure = str(error)
        await asyncio.wait({receiver})
        return live


async def _send(session: Session, pieces: Iterator[bytes], live: Live, began_s: float) -> None:
    loop = asyncio.get_running_loop()
    due_ms = 0.0
    async for chunk in paced(pieces, RATE):
        due_ms += len(chunk) / 2 * 1000 / RATE
        await session.send(chunk)
        live.late_ms.append((loop.time() - began_s) * 1000 - due_ms)


async def _receive(session: Session, live: Live, began_s: float) -> None:
    loop = asyncio.get_running_loop()
    received = live.received
    try:
        async for message in session:
            at_ms = (loop.time() - began_s) * 1000
            if message.type == "emotion":
                received.arrivals.append(
                    Arrival(
                        at_ms,
                        (message.utterance_id, message.segment),
                        message.final,
                        message.start_ms,
                        message.end_ms,
                        message.label or str(message.reason),
                    )
                )
            elif message.type == "utterance.ended":
                discarded = message.discarded is not None
                received.endings.append(Ending(message.utterance_id, message.end_ms, discarded))
            elif message.type == "warning":
                received.warnings.append(str(message.code))
    except ClientError as error:
        live.failure = live.failure or str(error)
