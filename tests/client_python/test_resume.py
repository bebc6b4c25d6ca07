"""A session through a network that is cut, against the real server: nothing lost, nothing twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from itertools import islice

import numpy as np
import pytest
from aiohttp import web

from bench.fault_proxy import Fault, FaultProxy, Kind, random_faults
from bench.voice import converse
from client_python import (
    Backoff,
    ClientError,
    ClosedError,
    SessionError,
    chunks,
    stay_connected,
    stream,
)
from client_python.connection import connect
from client_python.lasting import LastingSession
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
from server.settings import Settings
from tests.client_python.peer import CLOSED, begin, emotion, hear, peer, say
from tests.server.running import Running, StubModel, running
from tests.voice import talk

FAST = Settings(pace=100.0, burst_ms=600_000, messages_per_second=10_000)
TALK = talk(silence=0.4, voice=1.2, pause=0.7, times=4).tobytes()


Start = Callable[..., Awaitable[Running]]


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    """Starts a server that takes audio as fast as it comes; its model is none."""
    async with AsyncExitStack() as stack:

        async def begin(token: str | None = None) -> Running:
            return await stack.enter_async_context(running(StubModel(), FAST, token=token))

        yield begin


def spans(messages: list[ServerMessage]) -> list[tuple[int, int, int]]:
    """Utterance, start, end of each final label."""
    return [
        (m.utterance_id, m.start_ms, m.end_ms)
        for m in messages
        if isinstance(m, Emotion) and m.final
    ]


def story(messages: list[ServerMessage]) -> list[tuple[type, int]]:
    """What a listener is told, interims apart."""
    return [
        (type(m), m.utterance_id)
        for m in messages
        if isinstance(m, UtteranceStarted | UtteranceEnded) or (isinstance(m, Emotion) and m.final)
    ]


async def heard(url: str, pcm: bytes) -> list[ServerMessage]:
    source = chunks(pcm, 16000)
    return [m async for m in stream(source, url, sample_rate=16000, interim_ms=0)]


async def heard_in_spite(url: str, pcm: bytes) -> list[ServerMessage]:
    """The same with another connection after each that is lost."""
    soon = Backoff(first_s=0.01, most_s=0.02)
    async with stay_connected(url, sample_rate=16000, interim_ms=0, backoff=soon) as session:
        messages: list[ServerMessage] = [session.created]
        for piece in chunks(pcm, 16000):
            await session.send(piece)
        stopping = asyncio.create_task(session.stop())
        messages += [m async for m in session]
        await stopping
    return messages


def proxy_to(server: Running, *faults: Fault | None) -> FaultProxy:
    return FaultProxy("127.0.0.1", server.port, faults)


def address(proxy: FaultProxy) -> str:
    return f"ws://127.0.0.1:{proxy.port}"


@pytest.mark.parametrize("seed", [1, 2])
async def test_twenty_cuts_of_five_minutes_change_nothing(start: Start, seed: int) -> None:
    server = await start()
    rng = np.random.default_rng(seed)
    voices = converse(300, seed=seed)
    pcm = (voices + 30 * rng.standard_normal(len(voices))).clip(-32768, 32767).astype("<i2")
    whole = await heard(server.http, pcm.tobytes())
    faults = islice(random_faults(seed, least_bytes=300_000, most_bytes=1_300_000), 20)
    async with proxy_to(server, *faults) as proxy:
        cut = await heard_in_spite(address(proxy), pcm.tobytes())
        assert (len(proxy.done), proxy.connections) == (20, 21)
    assert spans(cut) == spans(whole)
    assert story(cut) == story(whole)
    assert len(spans(whole)) > 50
    closed = cut[-1]
    assert isinstance(closed, SessionClosed)
    assert closed == whole[-1]
    assert sum(isinstance(m, SessionCreated) for m in cut) == 1


@pytest.mark.parametrize("kind", Kind)
async def test_every_fault_is_got_over(start: Start, kind: Kind) -> None:
    """What stalls, comes late or is half closed too: no answer to a ping is a cut."""
    server = await start()
    whole = await heard(server.http, TALK)
    faults = [Fault(kind, at, seconds=0.2) for at in (3000, 60_000, 120_000)]
    async with asyncio.timeout(30), proxy_to(server, *faults) as proxy:
        cut = []
        async with stay_connected(
            address(proxy), sample_rate=16000, interim_ms=0, pong_s=0.6
        ) as session:
            for piece in chunks(TALK, 16000):
                await session.send(piece)
            stopping = asyncio.create_task(session.stop())
            cut = [m async for m in session]
            await stopping
        assert proxy.done
    assert spans(cut) == spans(whole)


async def test_a_cut_of_what_the_server_says_loses_none_of_it(start: Start) -> None:
    server = await start()
    whole = await heard(server.http, TALK)
    # The greeting takes about 1100 bytes: some are cut in it, which is tried again too.
    sizes = (2000, *range(300, 2400, 90))
    faults = [Fault(Kind.CUT, at, down=True) for at in sizes]
    async with proxy_to(server, *faults) as proxy:
        cut = await heard_in_spite(address(proxy), TALK)
        assert len(proxy.done) >= 10
    assert story(cut) == story(whole)


@pytest.mark.parametrize(("spoken_ms", "segments"), [(150, 1), (800, 2)])
async def test_another_server_goes_on_where_the_first_one_drains(
    start: Start, spoken_ms: int, segments: int
) -> None:
    """Nothing is shared between them. An utterance under way stays one, in a segment more."""
    first, second = await start(), await start()
    whole = await heard(first.http, TALK)
    half = (4200 + spoken_ms) * 32  # in the third utterance
    changes: list[ClientError | None] = []
    async with (
        proxy_to(first) as proxy,
        stay_connected(
            address(proxy), sample_rate=16000, interim_ms=0, on_change=changes.append
        ) as session,
    ):
        messages = [await _sent(session, TALK[:half])]
        async for message in session:
            messages.append(message)
            if isinstance(message, UtteranceStarted) and len(story(messages)) == 7:
                break
        proxy.forward_to("127.0.0.1", second.port)
        for listener in tuple(first.service.listeners):
            listener.drain()
        await session.send(TALK[half:])
        stopping = asyncio.create_task(session.stop())
        messages += [m async for m in session]
        closed = await stopping
    ended = [m for m in messages if isinstance(m, UtteranceEnded)]
    assert [(m.utterance_id, m.end_ms) for m in ended] == [
        (m.utterance_id, m.end_ms) for m in whole if isinstance(m, UtteranceEnded)
    ]
    assert not any(m.interrupted for m in ended)
    parts = [s for s in spans(messages) if s[0] == ended[2].utterance_id]
    assert len(parts) == segments
    assert parts[0][2] == parts[-1][1] or segments == 1
    assert closed.utterances == 4
    assert isinstance(changes[0], ClosedError)
    assert changes[0].code == CloseCode.RESTARTING
    assert changes[-1] is None
    assert second.counted("sessions_total") == 1


async def _sent(session: LastingSession, pcm: bytes) -> SessionCreated:
    await session.send(pcm)
    return session.created


async def test_an_outage_while_someone_speaks_loses_nothing(start: Start) -> None:
    server = await start()
    whole = await heard(server.http, TALK)
    pieces = [*chunks(TALK, 16000)]
    async with asyncio.timeout(20), proxy_to(server) as proxy:
        async with stay_connected(
            address(proxy), sample_rate=16000, interim_ms=0, pong_s=0.3, timeout_s=0.5
        ) as session:
            for piece in pieces[:12]:
                await session.send(piece)
            assert isinstance(await anext(session), UtteranceStarted)
            async with proxy.outage():
                for piece in pieces[12:40]:
                    await session.send(piece)
                await asyncio.sleep(1.5)  # how long the network is gone, as its users know it
            for piece in pieces[40:]:
                await session.send(piece)
            stopping = asyncio.create_task(session.stop())
            messages = [m async for m in session]
            await stopping
        assert proxy.connections >= 2
    assert spans(messages) == spans(whole)


async def test_a_server_that_drains_after_the_last_sound_is_not_the_end(start: Start) -> None:
    """The sound has ended, the server has not heard all of it: another one does."""
    calls = 0

    async def script(socket: web.WebSocketResponse) -> None:
        nonlocal calls
        calls += 1
        await begin(socket)
        await hear(socket)
        if calls == 1:
            await say(socket, CLOSED.model_copy(update={"reason": "draining"}))
            await socket.close(code=CloseCode.RESTARTING)
            return
        await say(socket, emotion(0), CLOSED)
        await socket.close(code=CloseCode.DONE)

    async with asyncio.timeout(10), peer(script) as url:
        source = [bytes(3200)]
        messages = [m async for m in stream(source, url, sample_rate=16000, reconnect=True)]
    assert [type(m) for m in messages] == [SessionCreated, Emotion, SessionClosed]
    assert calls == 2


async def test_a_connection_that_is_refused_for_good_ends_it(start: Start) -> None:
    """The first server took the session; the next one wants another token."""
    server = await start(token="right")
    async with asyncio.timeout(10), proxy_to(server) as proxy:
        opened = 0

        def open_session(**options: object) -> object:
            nonlocal opened
            opened += 1
            token = "right" if opened == 1 else "wrong"
            return connect(address(proxy), sample_rate=16000, token=token, **options)  # type: ignore[arg-type]

        session = LastingSession(
            open_session,  # type: ignore[arg-type]
            sample_rate=16000,
            vad=None,
            interim_ms=0,
            patience_s=5,
        )
        await session.begin()
        assert session.session_id == session.created.session_id
        proxy.cut()
        with pytest.raises(SessionError) as caught:
            await session.stop()
        assert caught.value.code is ErrorCode.TOKEN
        assert opened == 2
        await session.close()
