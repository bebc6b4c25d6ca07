"""A session that lasts needs no more memory than one that has just begun."""

import asyncio
import gc
import json
import sys
from collections.abc import Iterable

import numpy as np
from websockets.asyncio.client import ClientConnection

from server.settings import Settings
from tests.server.running import StubModel, begin, blocks, running
from tests.voice import Pcm, talk

RATE = 16000
UTTERANCES = 15
TURN = np.concatenate(
    [talk(silence=0.5, voice=1.3, pause=0.7, times=UTTERANCES), np.zeros(2 * RATE, "<i2")]
)
TURN_MS = len(TURN) * 1000 // RATE
ACKED_MS = 1500
"""Before the end of a turn: the pre-roll may still be needed, and the next ack is a second off."""
WARM = 4
TURNS = 14
NOISE = 600
"""Cancelled timers stay in asyncio's heap until they are a hundred and the half of it."""


async def test_what_is_held_does_not_grow_with_the_session() -> None:
    """Counts the interpreter's blocks of memory after each turn of the same half minute.

    A turn has 325 messages, 15 utterances and 30 interims: what keeps a tuple of two numbers for
    each message comes to 9,750 blocks in the ten turns that count, what keeps a message with its
    scores for each utterance to over a thousand.
    """
    settings = Settings(pace=1e6, messages_per_second=1_000_000)
    held: list[int] = []
    async with running(StubModel(), settings) as server, server.connect() as socket:
        await begin(socket, interim_ms=500)
        for turn in range(1, TURNS + 1):
            labels = await converse(socket, blocks(TURN), turn * TURN_MS - ACKED_MS)
            assert labels == UTTERANCES
            queue = server.service.queue
            await server.until(lambda queue=queue: queue.busy == queue.depth == 0)
            held.append(blocks_of_memory())
    growth = [count - held[WARM - 1] for count in held]
    assert growth[-1] < NOISE, growth


async def converse(socket: ClientConnection, chunks: Iterable[Pcm], until_ms: int) -> int:
    """Send audio, and count the final labels that come until it is acknowledged."""

    async def send() -> None:
        for chunk in chunks:
            await socket.send(chunk.tobytes())

    sending = asyncio.create_task(send())
    labels = 0
    async with asyncio.timeout(30):
        while True:
            message = json.loads(await socket.recv())
            labels += message["type"] == "emotion" and message["final"]
            if message["type"] == "ack" and message["audio_ms"] >= until_ms:
                break
        await sending
    return labels


def blocks_of_memory() -> int:
    """What the interpreter has given out, less cyclic garbage and its own free lists."""
    gc.collect()
    return sys.getallocatedblocks()
