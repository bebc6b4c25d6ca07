"""Against the real server and a real, tiny model."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest
from aiohttp import web

from client_python import ClosedError, ConnectError, SessionError, chunks, connect, stream
from server.protocol import (
    CloseCode,
    Emotion,
    ErrorCode,
    ServerMessage,
    SessionClosed,
    SessionCreated,
    UtteranceEnded,
    UtteranceStarted,
)
from tests.client_python.peer import CLOSED, begin, emotion, peer, say
from tests.server.conftest import Start
from tests.server.running import Running
from tests.voice import talk

PCM = talk(silence=0.4, voice=1.2, pause=0.7, times=2).tobytes()


def finals(messages: list[ServerMessage]) -> list[Emotion]:
    return [m for m in messages if isinstance(m, Emotion) and m.final]


@pytest.mark.parametrize("chunk_ms", [20, 100, 7000])
async def test_a_recording_is_answered_to_its_last_label(server: Running, chunk_ms: int) -> None:
    source = chunks(PCM, 16000, chunk_ms)
    messages = [m async for m in stream(source, server.http, sample_rate=16000, interim_ms=0)]
    assert isinstance(messages[0], SessionCreated)
    kinds = [
        type(m) for m in messages if isinstance(m, UtteranceStarted | Emotion | UtteranceEnded)
    ]
    assert kinds == [UtteranceStarted, Emotion, UtteranceEnded] * 2
    closed = messages[-1]
    assert isinstance(closed, SessionClosed)
    assert (closed.utterances, closed.segments) == (2, 2)
    assert closed.audio_ms == len(PCM) // 32
    assert [(e.start_ms, e.end_ms) for e in finals(messages)] == [
        (e.start_ms, e.end_ms) for e in finals(await one_chunk(server))
    ]


async def collect(source: AsyncIterator[ServerMessage], into: list[ServerMessage]) -> None:
    """Keeps what came before it raised."""
    async for message in source:
        into.append(message)  # noqa: PERF401 - extend would lose them


async def one_chunk(server: Running) -> list[ServerMessage]:
    return [m async for m in stream([PCM], server.http, sample_rate=16000)]


async def test_in_real_time_labels_come_before_the_end(server: Running) -> None:
    loop = asyncio.get_running_loop()
    start, first = loop.time(), None
    source = chunks(PCM, 16000)
    async for message in stream(source, server.http, sample_rate=16000, realtime=True):
        if isinstance(message, Emotion) and message.final:
            first = first or loop.time() - start
    length = len(PCM) / 32000
    assert first is not None
    assert first < length - 1.0
    assert loop.time() - start >= length - 0.1


async def test_interims_come_where_they_are_wanted(server: Running) -> None:
    source = chunks(talk(silence=0.3, voice=2.5, pause=0.6, times=1).tobytes(), 16000)
    messages = [
        m
        async for m in stream(source, server.http, sample_rate=16000, interim_ms=500, realtime=True)
    ]
    assert sum(isinstance(m, Emotion) and not m.final for m in messages) >= 2


async def test_the_error_of_a_source_comes_after_the_labels_before_it(server: Running) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield PCM
        raise OSError("unplugged")

    messages: list[ServerMessage] = []
    with pytest.raises(OSError, match="unplugged"):
        await collect(stream(broken(), server.http, sample_rate=16000), messages)
    assert len(finals(messages)) == 2
    assert isinstance(messages[-1], SessionClosed)


async def test_leaving_early_ends_the_session(server: Running) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield bytes(3200)
            await asyncio.sleep(0.01)

    async with aclosing(stream(endless(), server.http, sample_rate=16000)) as messages:
        async for message in messages:
            assert isinstance(message, SessionCreated)
            break
    await server.until(lambda: not server.service.listeners)


async def test_a_token_is_handed_over(start: Start) -> None:
    server = await start(token="right")
    messages = [m async for m in stream([PCM], server.http, sample_rate=16000, token="right")]
    assert len(finals(messages)) == 2
    with pytest.raises(SessionError) as caught:
        async with connect(server.http, sample_rate=16000, token="wrong"):
            pass
    assert caught.value.code is ErrorCode.TOKEN


async def test_a_rate_that_is_not_taken_is_refused_by_name(server: Running) -> None:
    with pytest.raises(SessionError, match="44101") as caught:
        async with connect(server.http, sample_rate=44101):
            pass
    assert caught.value.code is ErrorCode.OUT_OF_RANGE


async def test_a_full_server_is_a_refusal_with_a_time(start: Start) -> None:
    server = await start(max_sessions=1)
    async with connect(server.http, sample_rate=16000):
        with pytest.raises(ConnectError) as caught:
            async with connect(server.http, sample_rate=16000):
                pass
    assert caught.value.status == 503
    assert caught.value.code is not None
    assert caught.value.retry_after_s is not None


async def test_audio_faster_than_the_server_takes_it_is_not_lost(start: Start) -> None:
    server = await start(burst_ms=1000, pace=4.0)
    pcm = talk(silence=0.3, voice=1.0, pause=0.7, times=4).tobytes()
    messages = [m async for m in stream([pcm], server.http, sample_rate=16000)]
    assert len(finals(messages)) == 4


async def test_a_server_that_leaves_is_not_a_source_that_ended() -> None:
    """Its last message looks the same; the audio that was not answered makes the difference."""

    async def script(socket: web.WebSocketResponse) -> None:
        await begin(socket)
        await socket.receive_bytes()
        await say(socket, emotion(0), CLOSED.model_copy(update={"reason": "draining"}))
        await socket.close(code=CloseCode.RESTARTING)

    async def live() -> AsyncIterator[bytes]:
        yield bytes(3200)
        await asyncio.Event().wait()

    messages: list[ServerMessage] = []
    async with peer(script) as url:
        with pytest.raises(ClosedError, match="draining"):
            await collect(stream(live(), url, sample_rate=16000), messages)
    assert emotion(0) in messages


async def test_a_lost_server_is_told_while_the_source_is_silent() -> None:
    async def script(socket: web.WebSocketResponse) -> None:
        await begin(socket)
        socket._req.transport.abort()  # type: ignore[union-attr]

    async def silent() -> AsyncIterator[bytes]:
        await asyncio.Event().wait()
        yield b""

    messages: list[ServerMessage] = []
    async with asyncio.timeout(10), peer(script) as url:
        with pytest.raises(ClosedError, match="lost"):
            await collect(stream(silent(), url, sample_rate=16000), messages)
    assert len(messages) == 1
