"""A session at the pace of its sound, and everything that came of it with its time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from bench.delivery import Arrival, Ending, Received
from bench.expectation import Expectation, expect
from bench.recordings import RATE, Pcm
from client_python import ClientError, Session, chunks, connect
from vad import VadSettings


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
        sound = pcm.tobytes()  # copied before the clock starts, not after
        await play(session, live, sound, chunk_ms=chunk_ms, began_s=time.monotonic())
        return live


async def play(session: Session, live: Live, pcm: bytes, *, chunk_ms: int, began_s: float) -> None:
    """Send audio through a session that has started, and note in `live` what comes, to its end.

    Args:
        session: that nothing was sent to yet.
        live: what had to come; what comes is added.
        pcm: at `RATE`.
        chunk_ms: audio in one message; it is sent when its last sample is due.
        began_s: when the first sample is due, seconds of ``time.monotonic``.
    """
    receiver = asyncio.create_task(_receive(session, live, began_s))
    try:
        await _send(session, chunks(pcm, RATE, chunk_ms), live, began_s)
        live.speech_ms = (await session.stop()).speech_ms
    except ClientError as error:
        live.failure = str(error)
    await asyncio.wait({receiver})


async def _send(session: Session, pieces: Iterator[bytes], live: Live, began_s: float) -> None:
    # Not the event loop's clock: uvloop's stands still while the loop works.
    due_s = began_s
    for chunk in pieces:
        due_s += len(chunk) / 2 / RATE
        await asyncio.sleep(max(0.0, due_s - time.monotonic()))
        await session.send(chunk)
        live.late_ms.append((time.monotonic() - due_s) * 1000)


async def _receive(session: Session, live: Live, began_s: float) -> None:
    received = live.received
    try:
        async for message in session:
            at_ms = (time.monotonic() - began_s) * 1000
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
