"""Sessions that are recorded, while something is done to the network or to their server."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from bench.fault_proxy import FaultProxy
from bench.voice import converse
from client_python import Backoff, LastingSession, chunks, stay_connected, stream

RATE: Final = 16000
TALK_S: Final = 24
PATIENCE_S: Final = 60.0
PONG_S: Final = 1.0
Span = tuple[int, int, int]
"""Utterance, start and end of a final verdict."""


@dataclass(slots=True)
class Ledger:
    """What one listener was told.

    Attributes:
        spans: of the final verdicts, in order.
        told_at: when each came, monotonic seconds.
        overloaded: how many of them had no label for lack of time.
    """

    spans: list[Span] = field(default_factory=list)
    told_at: list[float] = field(default_factory=list)
    overloaded: int = 0

    def lost(self, whole: Ledger) -> int:
        """Verdicts that an undisturbed listener got and this one did not."""
        return len(set(whole.spans) - set(self.spans))

    def twice(self) -> int:
        """Verdicts that came again."""
        return len(self.spans) - len(set(self.spans))


def talk(seed: int, seconds: float = TALK_S) -> bytes:
    """Two people who talk, as PCM."""
    return converse(seconds, seed=seed).tobytes()


async def undisturbed(url: str, pcm: bytes) -> Ledger:
    """What a listener is told whose network is good."""
    ledger = Ledger()
    async for message in stream(chunks(pcm, RATE), url, sample_rate=RATE, interim_ms=0):
        _note(ledger, message)
    return ledger


@asynccontextmanager
async def listening(
    proxies: Sequence[FaultProxy],
) -> AsyncIterator[list[LastingSession]]:
    """A session through each proxy."""
    soon = Backoff(first_s=0.05, most_s=0.2)
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(
                stay_connected(
                    f"ws://127.0.0.1:{proxy.port}",
                    sample_rate=RATE,
                    interim_ms=0,
                    backoff=soon,
                    patience_s=PATIENCE_S,
                    pong_s=PONG_S,
                )
            )
            for proxy in proxies
        ]


async def tell(session: LastingSession, pcm: bytes, *, pace: float = 8.0) -> Ledger:
    """Send audio so many times as fast as it was spoken, and record what is told."""
    ledger = Ledger()

    async def send() -> None:
        for piece in chunks(pcm, RATE):
            await session.send(piece)
            await asyncio.sleep(len(piece) / 2 / RATE / pace)
        await session.stop()

    sending = asyncio.create_task(send())
    async for message in session:
        _note(ledger, message)
    await sending
    return ledger


def _note(ledger: Ledger, message: object) -> None:
    if getattr(message, "type", "") == "emotion" and getattr(message, "final", False):
        utterance, start, end = (
            getattr(message, name) for name in ("utterance_id", "start_ms", "end_ms")
        )
        ledger.spans.append((utterance, start, end))
        ledger.told_at.append(time.monotonic())
        ledger.overloaded += getattr(message, "reason", None) == "overloaded"
