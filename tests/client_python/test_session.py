import asyncio
import json

import pytest
from aiohttp import WSMsgType, web

from client_python import ClientError, ClosedError, SessionError, connect
from server.protocol import CloseCode, Error, ErrorCode, Notice, WarningCode
from tests.client_python.peer import CLOSED, begin, emotion, hear, peer, say

FATAL = Error(code=ErrorCode.TOO_LONG, message="a session ends here", fatal=True)


async def test_stop_waits_for_the_last_label() -> None:
    answered = asyncio.Event()

    async def script(socket: web.WebSocketResponse) -> None:
        await begin(socket)
        await hear(socket)
        await answered.wait()
        await say(socket, emotion(0), emotion(2000), CLOSED)

    async with peer(script) as url, connect(url, sample_rate=16000) as session:
        await session.send(bytes(6400))
        stopping = asyncio.create_task(session.stop())
        await asyncio.sleep(0)
        assert not stopping.done()
        answered.set()
        assert await stopping == session.closed == CLOSED
        assert [message async for message in session] == [emotion(0), emotion(2000), CLOSED]
        assert [message async for message in session] == []
        assert await session.stop() == CLOSED


async def test_labels_come_while_audio_is_sent() -> None:
    async def script(socket: web.WebSocketResponse) -> None:
        await begin(socket)
        await socket.receive_bytes()
        await say(socket, emotion(0))
        await hear(socket)
        await say(socket, CLOSED)

    async with peer(script) as url, connect(url, sample_rate=16000) as session:
        await session.send(bytes(3200))
        assert await anext(session) == emotion(0)
        await session.stop()


async def test_sending_never_waits_for_reading() -> None:
    """The server sends far more than a socket holds before it takes the last audio."""
    many = 20_000

    async def script(socket: web.WebSocketResponse) -> None:
        await begin(socket)
        for i in range(many):
            await say(socket, emotion(i))
        assert await hear(socket) == bytes(3200)
        await say(socket, CLOSED)

    async with asyncio.timeout(30), peer(script) as url, connect(url, sample_rate=16000) as session:
        await session.send(bytes(3200))
        await session.stop()
        assert len([message async for message in session]) == many + 1


async def test_audio_longer_than_a_message_may_be_arrives_whole() -> None:
    sizes = []

    async def script(socket: web.WebSocketResponse) -> None:
        await begin(socket, message_bytes=1001)
        async for frame in socket:
            if frame.type is not WSMsgType.BINARY:
                break
            sizes.append(len(frame.data))
        await say(socket, CLOSED)

    async with peer(script) as url, connect(url, sample_rate=16000) as session:
        await session.send(bytes(2500))
        await session.send(b"")
        await session.stop()
    assert sizes == [1000, 1000, 500]


async def test_half_a_sample_is_refused_and_nothing_is_sent() -> None:
    async def script(socket: web.WebSocketResponse) -> None:
        await begin(socket)
        assert await hear(socket) == b""
        await say(socket, CLOSED)

    async with peer(script) as url, connect(url, sample_rate=16000) as session:
        with pytest.raises(ValueError, match="321 bytes"):
            await session.send(bytes(321))
        await session.stop()


async def test_update_and_flush_say_only_what_changes() -> None:
    texts = []

    async def script(socket: web.WebSocketResponse) -> None:
        await begin(socket)
        texts.extend([json.loads(await socket.receive_str()) for _ in range(2)])
        await hear(socket)
        await say(socket, CLOSED)

    async with peer(script) as url, connect(url, sample_rate=16000) as session:
        await session.update(interim_ms=0)
        await session.flush()
        await session.stop()
        with pytest.raises(ValueError, match="interim_ms"):
            await session.update(interim_ms=99999)
    assert texts == [{"type": "session.update", "interim_ms": 0}, {"type": "session.flush"}]


async def test_what_a_session_survives_is_a_message() -> None:
    quiet = Notice(code=WarningCode.QUIET, message="speak up")
    bad = Error(code=ErrorCode.BAD_AUDIO, message="ignored", fatal=False)

    async def script(socket: web.WebSocketResponse) -> None:
        await begin(socket)
        await socket.send_str('{"type": "of.tomorrow"}')
        await say(socket, quiet, bad)
        await hear(socket)
        await say(socket, CLOSED)

    async with peer(script) as url, connect(url, sample_rate=16000) as session:
        await session.stop()
        assert [message async for message in session] == [quiet, bad, CLOSED]


async def test_a_fatal_error_is_raised_after_the_labels_that_follow_it() -> None:
    async def script(socket: web.WebSocketResponse) -> None:
        await begin(socket)
        await say(socket, FATAL, emotion(0), CLOSED)
        await socket.close(code=CloseCode.TOO_LONG)

    async with peer(script) as url, connect(url, sample_rate=16000) as session:
        seen = [await anext(session), await anext(session)]
        with pytest.raises(SessionError, match="ends here") as caught:
            await anext(session)
        with pytest.raises(SessionError):
            await session.send(bytes(320))
        with pytest.raises(SessionError):
            await session.stop()
    assert caught.value.code is ErrorCode.TOO_LONG
    assert seen == [emotion(0), CLOSED]


async def test_an_end_that_nobody_asked_for_is_an_error() -> None:
    async def script(socket: web.WebSocketResponse) -> None:
        await begin(socket)
        await say(socket, emotion(0), CLOSED.model_copy(update={"reason": "draining"}))
        await socket.close(code=CloseCode.RESTARTING)

    async with peer(script) as url, connect(url, sample_rate=16000) as session:
        assert await anext(session) == emotion(0)
        await anext(session)
        with pytest.raises(ClosedError, match="draining") as caught:
            await anext(session)
        with pytest.raises(ClosedError):
            await session.send(bytes(320))
    assert caught.value.code == CloseCode.RESTARTING


async def test_a_lost_connection_is_told_to_whoever_waits_for_labels() -> None:
    async def script(socket: web.WebSocketResponse) -> None:
        await begin(socket)
        await hear(socket)
        await say(socket, emotion(0))
        transport = socket._req.transport  # type: ignore[union-attr]
        transport.abort()

    async with peer(script) as url, connect(url, sample_rate=16000) as session:
        with pytest.raises(ClosedError, match="lost") as caught:
            await session.stop()
        assert await anext(session) == emotion(0)
    assert caught.value.code == 1006


@pytest.mark.parametrize(
    ("frame", "code"), [("no json", CloseCode.PROTOCOL), (b"\xff\xfe", CloseCode.BAD_UTF8)]
)
async def test_a_server_that_talks_nonsense_is_left(frame: str | bytes, code: CloseCode) -> None:
    codes = []

    async def script(socket: web.WebSocketResponse) -> None:
        await begin(socket)
        await (socket.send_str(frame) if isinstance(frame, str) else socket.send_bytes(frame))
        await hear(socket, until="never")
        codes.append(socket.close_code)

    async with peer(script) as url, connect(url, sample_rate=16000) as session:
        with pytest.raises(ClientError, match="not understood" if isinstance(frame, str) else None):
            await anext(session)
    assert codes == [code]


async def test_sending_after_the_stop_is_refused() -> None:
    async def script(socket: web.WebSocketResponse) -> None:
        await begin(socket)
        await hear(socket)
        await say(socket, CLOSED)

    async with peer(script) as url, connect(url, sample_rate=16000) as session:
        await session.stop()
        with pytest.raises(ClosedError):
            await session.send(bytes(320))
