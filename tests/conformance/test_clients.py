"""Three implementations of WebSocket that share no code with each other get the same answers."""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Event,
    Ping,
    Request,
    TextMessage,
)

from classifier import Verdict
from server.protocol import PATH, PROTOCOL
from server.settings import Settings
from tests.server.running import (
    LABELS,
    Message,
    Running,
    StubModel,
    begin,
    only,
    pour,
    rest,
    running,
    say,
    utterances,
)
from tests.voice import Pcm, talk

SPEECH = talk(silence=0.4, voice=1.3, pause=0.7, times=4)
START = {"type": "session.start", "sample_rate": 16000, "interim_ms": 0}
STOP = {"type": "session.stop"}
BLOCK = 3200

Speak = Callable[[Running, bytes], Awaitable[tuple[list[Message], int | None]]]


class Exact(StubModel):
    """Its scores tell apart any two segments."""

    def classify(self, pcm: bytes, **quality: object) -> Verdict:
        share = zlib.crc32(pcm) / 2**32
        scores = dict.fromkeys(LABELS, (1 - share) / 5) | {"happy": share}
        return Verdict("happy", None, share, scores, "0")


@pytest.fixture
async def server() -> AsyncIterator[Running]:
    async with running(Exact(), Settings()) as server:
        yield server


async def websockets_client(server: Running, pcm: bytes) -> tuple[list[Message], int | None]:
    async with server.connect() as socket:
        messages = [await begin(socket)]
        await pour(socket, as_samples(pcm))
        await say(socket, "session.stop")
        messages += await rest(socket)
        return messages, socket.close_code


async def aiohttp_client(server: Running, pcm: bytes) -> tuple[list[Message], int | None]:
    url = server.http + PATH
    async with (
        aiohttp.ClientSession() as client,
        client.ws_connect(url, protocols=[PROTOCOL]) as socket,
    ):
        assert socket.protocol == PROTOCOL
        await socket.send_json(START)
        for at in range(0, len(pcm), BLOCK):
            await socket.send_bytes(pcm[at : at + BLOCK])
        await socket.send_json(STOP)
        messages = [json.loads(message.data) async for message in socket]
        return messages, socket.close_code


async def wsproto_client(server: Running, pcm: bytes) -> tuple[list[Message], int | None]:
    """A pure protocol, on a bare connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    peer = WSConnection(ConnectionType.CLIENT)
    host = f"127.0.0.1:{server.port}"
    writer.write(peer.send(Request(host=host, target=PATH, subprotocols=[PROTOCOL])))
    messages: list[Message] = []
    text, code = "", None
    while data := await reader.read(65536):
        peer.receive_data(data)
        for event in peer.events():
            for answer in answers(event, pcm):
                writer.write(peer.send(answer))
            match event:
                case TextMessage(data=part, message_finished=is_whole):
                    text += part
                    if is_whole:
                        messages.append(json.loads(text))
                        text = ""
                case CloseConnection():
                    code = event.code
    writer.close()
    return messages, code


def answers(event: Event, pcm: bytes) -> list[Any]:
    """What this client says to what it hears."""
    match event:
        case AcceptConnection():
            sound = [pcm[at : at + BLOCK] for at in range(0, len(pcm), BLOCK)]
            return [
                TextMessage(data=json.dumps(START)),
                *(BytesMessage(data=part) for part in sound),
                TextMessage(data=json.dumps(STOP)),
            ]
        case Ping() | CloseConnection():
            return [event.response()]
    return []


def as_samples(pcm: bytes) -> Pcm:
    assert pcm == SPEECH.tobytes()
    return SPEECH


async def test_all_get_the_same_utterances(server: Running) -> None:
    heard: list[list[Message]] = []
    clients: list[Speak] = [websockets_client, aiohttp_client, wsproto_client]
    for client in clients:
        messages, code = await client(server, SPEECH.tobytes())
        assert code == 1000
        assert messages[0]["type"] == "session.created"
        assert messages[-1]["audio_ms"] == len(SPEECH) // 16
        heard.append(messages)
    first, *others = [utterances(messages) for messages in heard]
    assert len(first) == 4
    assert len({emotion["confidence"] for emotion in only(heard[0], "emotion")}) == 4
    assert others == [first, first]
