"""What a lasting session tries again, what it does not, and what it keeps meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from client_python import (
    ClientError,
    ClosedError,
    ConnectError,
    SessionError,
    stay_connected,
)
from client_python.lasting import WINDOW_MS
from server.protocol import (
    CloseCode,
    Error,
    ErrorCode,
    ModelChanged,
    VadChange,
)
from tests.client_python.peer import CLOSED, begin, created, emotion, hear, peer, say


@pytest.mark.parametrize(
    ("code", "close"),
    [
        (ErrorCode.TOKEN, CloseCode.TOKEN),
        (ErrorCode.TOO_LONG, CloseCode.TOO_LONG),
        (ErrorCode.IDLE, CloseCode.IDLE),
        (ErrorCode.TOO_FAST, CloseCode.TOO_FAST),
    ],
)
async def test_what_no_other_try_mends_is_not_tried(code: ErrorCode, close: CloseCode) -> None:
    tries = 0

    async def script(socket: web.WebSocketResponse) -> None:
        nonlocal tries
        tries += 1
        await begin(socket)
        await socket.receive_bytes()
        await say(socket, Error(code=code, message="no", fatal=True))
        await socket.close(code=close)

    async with (
        asyncio.timeout(10),
        peer(script) as url,
        stay_connected(url, sample_rate=16000) as session,
    ):
        await session.send(bytes(3200))
        with pytest.raises(SessionError) as caught:
            await session.stop()
        assert caught.value.code is code
        with pytest.raises(SessionError):
            await session.send(bytes(3200))
        with pytest.raises(SessionError):
            [m async for m in session]
    assert tries == 1


async def test_the_first_connection_is_not_tried_twice() -> None:
    with pytest.raises(ConnectError):
        async with stay_connected("ws://127.0.0.1:1", sample_rate=16000):
            pass


async def test_patience_ends() -> None:
    async def script(socket: web.WebSocketResponse) -> None:
        await begin(socket)
        socket._req.transport.abort()  # type: ignore[union-attr]

    changes: list[ClientError | None] = []
    async with (
        asyncio.timeout(10),
        peer(script) as url,
        stay_connected(url, sample_rate=16000, patience_s=0.5, on_change=changes.append) as session,
    ):
        with pytest.raises(ClosedError, match="lost"):
            await session.stop()
    assert len(changes) >= 2


async def test_a_full_server_says_when_to_come_back() -> None:
    starts = []

    async def script(socket: web.WebSocketResponse) -> None:
        starts.append(asyncio.get_running_loop().time())
        await begin(socket)
        if len(starts) == 1:
            text = "come back later"
            await say(
                socket,
                Error(code=ErrorCode.OVERLOADED, message=text, fatal=True, retry_after_ms=600),
            )
            return
        await hear(socket)
        await say(socket, CLOSED)
        await socket.close(code=CloseCode.DONE)

    async with (
        asyncio.timeout(10),
        peer(script) as url,
        stay_connected(url, sample_rate=16000) as session,
    ):
        await session.stop()
    assert starts[1] - starts[0] >= 0.6


async def test_what_changed_holds_for_the_next_connection() -> None:
    """Settings, flushes that nothing answered, and a model that is another one there."""
    texts: list[str] = []

    async def script(socket: web.WebSocketResponse) -> None:
        start = await socket.receive_str()
        texts.append(start)
        is_first = len(texts) == 1
        model = created().model.model_copy(update={"version": str(len(texts))})
        await say(socket, created().model_copy(update={"model": model}))
        if is_first:
            await hear(socket, until="session.flush")
            socket._req.transport.abort()  # type: ignore[union-attr]
            return
        assert len(await hear(socket, until="session.flush")) == 6400
        await say(socket, emotion(0))
        assert len(await hear(socket)) == 3200
        await say(socket, CLOSED)
        await socket.close(code=CloseCode.DONE)

    async with (
        asyncio.timeout(10),
        peer(script) as url,
        stay_connected(url, sample_rate=16000) as session,
    ):
        await session.update(vad=VadChange(hangover_ms=900))
        await session.update(vad=VadChange(onset_ms=60), interim_ms=300)
        await session.send(bytes(6400))
        await session.flush()
        changed = await anext(session)
        assert isinstance(changed, ModelChanged)
        assert changed.model.version == "2"
        await session.send(bytes(3200))
        assert (await session.stop()).segments == 1
    assert '"vad":{"onset_ms":60,"hangover_ms":900}' in texts[1]
    assert '"interim_ms":300' in texts[1]
    assert '"resume":{"session_id":"s1","from_ms":0,"answered_ms":0}' in texts[1]


async def test_sending_waits_for_a_server_that_is_far_behind() -> None:
    goes_on = asyncio.Event()

    async def script(socket: web.WebSocketResponse) -> None:
        await begin(socket)
        hearing = asyncio.create_task(hear(socket))
        await goes_on.wait()
        await say(socket, emotion(0), emotion(40_000))
        await hearing
        await say(socket, CLOSED)
        await socket.close(code=CloseCode.DONE)

    async with (
        asyncio.timeout(20),
        peer(script) as url,
        stay_connected(url, sample_rate=8000) as session,
    ):
        await session.send(bytes(WINDOW_MS * 16))
        late = asyncio.create_task(session.send(bytes(1600)))
        done, _ = await asyncio.wait({late}, timeout=0.1)
        assert not done
        goes_on.set()
        await late
        await session.stop()
        with pytest.raises(ValueError, match="whole"):
            await session.send(b"x")


async def test_leaving_early_tries_nothing_again() -> None:
    tries = 0

    async def script(socket: web.WebSocketResponse) -> None:
        nonlocal tries
        tries += 1
        await begin(socket)
        await hear(socket)

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield bytes(3200)
            await asyncio.sleep(0.01)

    async with (
        asyncio.timeout(10),
        peer(script) as url,
        stay_connected(url, sample_rate=16000) as session,
    ):
        await session.send(bytes(3200))
        with pytest.raises(ClosedError):
            await session.stop()
    assert tries == 1
