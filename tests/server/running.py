"""A server within the test, behind a real socket, and what a client says to it."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import numpy as np
import numpy.typing as npt
from aiohttp import web
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from classifier import Verdict
from server.address import open_socket
from server.app import build_app
from server.protocol import PROTOCOL
from server.serve import listening
from server.service import Service
from server.settings import Settings

Pcm = npt.NDArray[np.int16]
Message = dict[str, Any]

LABELS = ("angry", "disgust", "fearful", "happy", "neutral", "sad")


class StubModel:
    """A model that does what a test needs: waits at a gate, or raises."""

    name, version, labels, runtime = "stub", "0", LABELS, "stub"

    def __init__(self, *, gate: threading.Event | None = None, error: str | None = None) -> None:
        self.gate = gate
        self.error = error
        self.begun = threading.Semaphore(0)
        self.calls = 0

    def classify(self, pcm: bytes, **quality: object) -> Verdict:
        self.calls += 1
        self.begun.release()
        if self.gate:
            assert self.gate.wait(20)
        if self.error:
            raise RuntimeError(self.error)
        return Verdict("happy", None, 0.5, dict.fromkeys(LABELS, 0.1) | {"happy": 0.5}, "0")


@dataclass
class Running:
    """A server that runs."""

    service: Service
    runner: web.AppRunner
    port: int

    @property
    def http(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def connect(self, **options: Any) -> connect:
        options.setdefault("subprotocols", [PROTOCOL])
        options.setdefault("max_queue", None)
        return connect(
            f"ws://127.0.0.1:{self.port}/v1/stream", compression=None, proxy=None, **options
        )

    async def request(
        self, method: str, path: str, **options: Any
    ) -> tuple[int, Any, dict[str, str]]:
        """Status, JSON (or bytes), headers."""
        async with (
            aiohttp.ClientSession() as client,
            client.request(method, self.http + path, **options) as answer,
        ):
            body = await answer.read()
            is_json = answer.content_type == "application/json"
            return answer.status, json.loads(body) if is_json else body, dict(answer.headers)

    def counted(self, name: str, **labels: str) -> float:
        """The value of a metric."""
        return self.service.metrics.registry.get_sample_value(f"vivavoz_{name}", labels) or 0.0

    async def until(self, holds: Any) -> None:
        """Wait for a state of the server that it says nothing about; 5 s at most."""
        async with asyncio.timeout(5):
            while not holds():  # noqa: ASYNC110 - there is no event for it
                await asyncio.sleep(0.005)


@asynccontextmanager
async def running(
    model: Any, settings: Settings, *, token: str | None = None
) -> AsyncIterator[Running]:
    """A server around a model."""
    service = Service.build(settings, model, token=token, report={"name": "tiny"})
    public = open_socket("127.0.0.1", 0)
    port = public.getsockname()[1]
    async with listening(build_app(service), public, settings) as runner:
        yield Running(service, runner, port)


def blocks(pcm: Pcm, size: int = 1600) -> list[Pcm]:
    """PCM in messages of this many samples."""
    return [pcm[first : first + size] for first in range(0, len(pcm), size)]


async def pour(socket: ClientConnection, pcm: Pcm) -> None:
    """Send PCM in blocks."""
    for block in blocks(pcm):
        await socket.send(block.tobytes())


async def begin(socket: ClientConnection, **fields: Any) -> Message:
    """Start a session; returns the first answer."""
    start = {"type": "session.start", "sample_rate": 16000, "interim_ms": 0} | fields
    await socket.send(json.dumps(start))
    answer: Message = json.loads(await socket.recv())
    return answer


async def say(socket: ClientConnection, kind: str, **fields: Any) -> None:
    """Send a text message."""
    await socket.send(json.dumps({"type": kind, **fields}))


async def rest(socket: ClientConnection) -> list[Message]:
    """Every message until the close."""
    messages = []
    try:
        async with asyncio.timeout(15):
            while True:
                messages.append(json.loads(await socket.recv()))
    except ConnectionClosed:
        return messages


def kinds(messages: Iterable[Message]) -> list[str]:
    """Their types."""
    return [message["type"] for message in messages]


def only(messages: Iterable[Message], kind: str) -> list[Message]:
    """Those of one type."""
    return [message for message in messages if message["type"] == kind]


async def hear(
    server: Running, chunks: Iterable[Pcm], *, rate: int = 16000, **fields: Any
) -> list[Message]:
    """Stream PCM, stop, and return everything that came, the greeting included."""
    async with server.connect() as socket:
        messages = [await begin(socket, sample_rate=rate, **fields)]
        for chunk in chunks:
            await socket.send(chunk.tobytes())
        await say(socket, "session.stop")
        messages += await rest(socket)
        assert socket.close_code == 1000
    return messages


def utterances(messages: Iterable[Message]) -> list[Message]:
    """A stream's messages in the form of ``POST /v1/classify``."""
    found: list[Message] = []
    segments: list[Message] = []
    for message in messages:
        if message["type"] == "emotion" and message["final"]:
            names = ("start_ms", "end_ms", "label", "reason", "confidence", "scores")
            segments.append({name: message[name] for name in names})
        elif message["type"] == "utterance.ended":
            if "discarded" not in message or message["discarded"] is None:
                span = {"start_ms": message["utterance_id"], "end_ms": message["end_ms"]}
                found.append(span | {"segments": segments})
            segments = []
    return found


def assert_same(first: list[Message], second: list[Message]) -> None:
    """The same utterances; scores to 1e-3."""
    assert [without_scores(u) for u in first] == [without_scores(u) for u in second]
    for a, b in zip(all_scores(first), all_scores(second), strict=True):
        assert a.keys() == b.keys()
        assert max(abs(a[name] - b[name]) for name in a) < 1e-3


def without_scores(utterance: Message) -> Message:
    floats = {"scores", "confidence"}
    segments = [
        {name: value for name, value in segment.items() if name not in floats}
        for segment in utterance["segments"]
    ]
    return utterance | {"segments": segments}


def all_scores(found: list[Message]) -> list[dict[str, float]]:
    return [segment["scores"] for utterance in found for segment in utterance["segments"]]


async def refused_ready(server: Running) -> str:
    """Why the server says it is not ready."""
    status, body, _ = await server.request("GET", "/readyz")
    assert status == 503
    return str(body["error"]["message"])
