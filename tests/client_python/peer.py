"""A real WebSocket server (aiohttp's, so that no library is tested against itself) with a script.

It does what no good server would; the good one is tested in test_stream.py.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import WSMsgType, web

from server.protocol import (
    PATH,
    PROTOCOL,
    Config,
    Emotion,
    Limits,
    Message,
    ModelInfo,
    SessionClosed,
    SessionCreated,
)
from vad import VadSettings

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Script = Callable[[web.WebSocketResponse], Awaitable[None]]
MODEL = ModelInfo(name="tiny", version="1", labels=("happy", "sad"))
CLOSED = SessionClosed(reason="stopped", audio_ms=200, speech_ms=0, utterances=0, segments=0)


def created(rate: int = 16000, **limits: int) -> SessionCreated:
    config = Config(sample_rate=rate, vad=VadSettings(), interim_ms=1000)
    return SessionCreated(session_id="s1", model=MODEL, config=config, limits=Limits(**limits))


def emotion(start_ms: int, **changes: Any) -> Emotion:
    fields: dict[str, Any] = {
        "utterance_id": start_ms,
        "segment": 0,
        "final": True,
        "start_ms": start_ms,
        "end_ms": start_ms + 900,
        "label": "happy",
        "reason": None,
        "confidence": 0.9,
        "scores": {"happy": 0.9, "sad": 0.1},
        "model": "1",
    }
    return Emotion(**fields | changes)


async def say(socket: web.WebSocketResponse, *messages: Message) -> None:
    for message in messages:
        await socket.send_str(message.to_json())


async def hear(socket: web.WebSocketResponse, *, until: str = "session.stop") -> bytes:
    """The audio that comes before a text message that names `until`; to the close, if none does."""
    audio = b""
    async for frame in socket:
        if frame.type is WSMsgType.BINARY:
            audio += frame.data
        elif until in frame.data:
            break
    return audio


async def begin(socket: web.WebSocketResponse, **limits: int) -> str:
    """Answer the start; returns its text."""
    start = await socket.receive_str()
    await say(socket, created(**limits))
    return start


@asynccontextmanager
async def serve(handler: Handler, path: str = PATH) -> AsyncIterator[str]:
    """A server whose answer to a request is the handler's. Gives its address."""
    app = web.Application()
    app.router.add_get(path, handler)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"ws://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def peer(script: Script, *, protocols: tuple[str, ...] = (PROTOCOL,)) -> AsyncIterator[str]:
    """A server that follows a script with each client."""

    async def handler(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(protocols=protocols, compress=False)
        await socket.prepare(request)
        await script(socket)
        await socket.close()
        return socket

    async with serve(handler) as url:
        yield url
