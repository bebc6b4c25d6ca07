"""PCM in pieces, and their pace."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from typing import Final, TypeAlias

PcmSource: TypeAlias = Iterable[bytes] | AsyncIterable[bytes]
"""Pieces of PCM: a list, a file that is read, a microphone."""

CHUNK_MS: Final = 100
SAMPLE_BYTES: Final = 2


def chunks(pcm: bytes, sample_rate: int, chunk_ms: int = CHUNK_MS) -> Iterator[bytes]:
    """PCM cut into pieces of equal length; the last may be shorter.

    Examples:
        >>> [len(chunk) for chunk in chunks(bytes(7000), 16000)]
        [3200, 3200, 600]
    """
    size = sample_rate * chunk_ms // 1000 * SAMPLE_BYTES
    return (pcm[start : start + size] for start in range(0, len(pcm), size))


async def pieces(source: PcmSource) -> AsyncIterator[bytes]:
    """Any source as an asynchronous one."""
    if isinstance(source, AsyncIterable):
        async for pcm in source:
            yield pcm
    else:
        for pcm in source:
            yield pcm


async def paced(source: PcmSource, sample_rate: int) -> AsyncIterator[bytes]:
    """A recording as a microphone would give it: each piece when its last sample would be heard.

    The pace is that of the whole, so a piece that came late makes the next ones wait less.
    """
    loop = asyncio.get_running_loop()
    start, sent_bytes = loop.time(), 0
    async for pcm in pieces(source):
        sent_bytes += len(pcm)
        due = start + sent_bytes / (sample_rate * SAMPLE_BYTES)
        await asyncio.sleep(max(0.0, due - loop.time()))
        yield pcm
