"""What must not go wrong for others, whatever goes wrong for one."""

import asyncio
import gc
import logging
import threading
import time
import weakref
from typing import Any

import pytest

from classifier import Verdict
from server.inference import MOST_LOST
from server.session import Session
from server.settings import Settings
from tests.server.conftest import Start
from tests.server.running import (
    Running,
    StubModel,
    begin,
    blocks,
    hear,
    kinds,
    only,
    pour,
    refused_ready,
    rest,
    running,
    say,
    utterances,
)
from tests.voice import speak, talk

SPEECH = talk(silence=0.4, voice=1.0, pause=0.7, times=3)


async def test_too_much_to_do_is_said_in_order_and_not_in_silence(start: Start) -> None:
    gate = threading.Event()
    model = StubModel(gate=gate)
    server = await start(model, workers=1, queue_size=1, deadline_ms=10_000)
    async with server.connect() as socket:
        await begin(socket)
        await pour(socket, SPEECH[:32000])
        await asyncio.to_thread(model.begun.acquire)
        await pour(socket, SPEECH[32000:])
        await say(socket, "session.stop")
        await server.until(lambda: server.counted("segments_dropped_total", final="true") == 1)
        gate.set()
        messages = await rest(socket)
    verdicts = [(emotion["label"], emotion["reason"]) for emotion in only(messages, "emotion")]
    assert verdicts == [("happy", None), ("happy", None), (None, "overloaded")]
    assert [m["code"] for m in only(messages, "warning")] == ["falling_behind"]
    starts = [emotion["start_ms"] for emotion in only(messages, "emotion")]
    assert starts == sorted(starts)


async def test_a_model_that_hangs_is_answered_overloaded_in_time(start: Start) -> None:
    gate = threading.Event()
    server = await start(StubModel(gate=gate), workers=1, deadline_ms=200)
    messages = await hear(server, blocks(SPEECH))
    gate.set()
    assert [emotion["reason"] for emotion in only(messages, "emotion")] == ["overloaded"] * 3
    assert messages[-1]["type"] == "session.closed"


async def test_a_model_that_raises_costs_the_label_and_nothing_else(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    server = await start(StubModel(error="out of tune"))
    messages = await hear(server, blocks(SPEECH))
    assert [emotion["reason"] for emotion in only(messages, "emotion")] == ["overloaded"] * 3
    assert server.counted("inference_failures_total") == 6, "each is tried twice"
    errors = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert sum("out of tune" in str(record.exc_info) for record in errors) == 3
    assert (await server.request("GET", "/readyz"))[0] == 200


async def test_a_fault_of_ours_ends_that_session_with_1011(
    server: Running, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(self: Session, pcm: bytes) -> Any:
        raise ZeroDivisionError

    async with server.connect() as socket:
        await begin(socket)
        with monkeypatch.context() as patch:
            patch.setattr(Session, "receive_audio", fail)
            await socket.send(bytes(3200))
            (error,) = await rest(socket)
        assert (error["code"], error["fatal"]) == ("internal", True)
        assert socket.close_code == 1011
    assert any("ZeroDivisionError" in str(record.exc_info) for record in caplog.records)
    assert len(utterances(await hear(server, blocks(SPEECH)))) == 3


async def test_a_client_that_vanishes_leaves_nothing_behind(start: Start) -> None:
    gate = threading.Event()
    model = StubModel(gate=gate)
    server = await start(model, workers=1)
    for _ in range(3):
        socket = await server.connect()
        await begin(socket)
        await pour(socket, SPEECH)
        await server.until(lambda: server.service.queue.depth >= 2)
        socket.transport.abort()
        await server.until(lambda: not server.service.listeners)
        assert server.service.queue.depth == 0
    assert server.service.sessions.taken == 0
    assert server.counted("sessions_open") == 0
    gate.set()
    await server.until(lambda: server.service.queue.busy == 0)
    assert model.calls == 1
    assert len(utterances(await hear(server, blocks(SPEECH)))) == 3


async def test_sessions_that_ended_are_not_kept_in_memory(server: Running) -> None:
    kept: list[weakref.ref[Any]] = []
    for _ in range(3):
        async with server.connect() as socket:
            await begin(socket)
            kept += [weakref.ref(listener) for listener in server.service.listeners]
            await pour(socket, SPEECH)
        await server.until(lambda: not server.service.listeners)
    assert len(kept) == 3
    # A classification that is under way ends first.
    await server.until(lambda: gc.collect() >= 0 and not any(ref() for ref in kept))


async def test_a_client_that_closes_properly_is_answered_properly(server: Running) -> None:
    async with server.connect() as socket:
        await begin(socket)
        await socket.send(speak(0.5).tobytes())
        await socket.close(1001)
        assert socket.close_code == 1000
        assert not server.service.metrics.registry.get_sample_value(
            "vivavoz_slow_readers_cut_total"
        )


async def test_the_event_loop_turns_while_a_slow_model_works(start: Start) -> None:
    class Slow(StubModel):
        def classify(self, pcm: bytes, **quality: object) -> Verdict:
            time.sleep(0.25)
            return super().classify(pcm, **quality)

    server = await start(Slow())
    worst = 0.0
    listening = asyncio.create_task(hear(server, blocks(SPEECH)))
    loop = asyncio.get_running_loop()
    while not listening.done():
        before = loop.time()
        await asyncio.sleep(0.005)
        worst = max(worst, loop.time() - before)
    assert len(utterances(await listening)) == 3
    assert worst < 0.2


async def test_stopping_answers_what_is_pending_and_closes_with_1012(start: Start) -> None:
    gate = threading.Event()
    model = StubModel(gate=gate)
    server = await start(model)
    async with server.connect() as speaking, server.connect() as fresh:
        await begin(speaking)
        await speaking.send(speak(1.5).tobytes())
        await server.until(lambda: server.counted("audio_seconds_total") == 1.5)
        stopping = asyncio.create_task(server.service.drain())
        await asyncio.to_thread(model.begun.acquire)
        assert await refused_ready(server) == "the server is shutting down"
        status, body, _ = await server.request("POST", "/v1/classify", data=b"RIFF")
        assert (status, body["error"]["code"]) == (503, "draining")
        gate.set()
        messages = await rest(speaking)
        assert kinds(await rest(fresh)) == ["warning"]
        await stopping
    assert speaking.close_code == fresh.close_code == 1012
    assert [m["code"] for m in only(messages, "warning")] == ["draining"]
    assert [emotion["label"] for emotion in only(messages, "emotion")] == ["happy"]
    assert kinds(messages)[-2:] == ["utterance.ended", "session.closed"]
    assert messages[-1]["reason"] == "draining"


async def test_stopping_does_not_wait_for_ever(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    gate = threading.Event()
    server = await start(StubModel(gate=gate), drain_ms=200)
    async with server.connect() as socket:
        await begin(socket)
        await socket.send(speak(1.5).tobytes())
        await server.until(lambda: server.counted("audio_seconds_total") == 1.5)
        async with asyncio.timeout(2):
            await server.service.drain()
        messages = await rest(socket)
        assert socket.close_code == 1006
        assert kinds(messages)[-1] != "session.closed"
        gate.set()
    assert any(record.levelno == logging.WARNING for record in caplog.records)


async def test_one_flood_does_not_slow_the_others(server: Running) -> None:
    async with server.connect() as flood:
        await begin(flood)

        async def inundate() -> None:
            while True:
                await flood.send(bytes(64000))

        pouring = asyncio.create_task(inundate())
        loop = asyncio.get_running_loop()
        begun = loop.time()
        assert len(utterances(await hear(server, blocks(SPEECH)))) == 3
        assert loop.time() - begun < 3
        pouring.cancel()
        await asyncio.gather(pouring, return_exceptions=True)


async def test_after_a_model_that_hung_the_next_speech_is_right_again() -> None:
    """Its thread is given up after five deadlines, and another one answers."""
    gate = threading.Event()
    model = StubModel(gate=gate)
    settings = Settings(workers=1, deadline_ms=50)
    async with running(model, settings) as server, server.connect() as socket:
        await begin(socket)
        await pour(socket, SPEECH[:32000])
        await asyncio.to_thread(model.begun.acquire)
        await server.until(lambda: server.service.queue.busy == 0)
        model.gate = None  # for who asks from now on
        await pour(socket, SPEECH[32000:])
        await say(socket, "session.stop")
        messages = await rest(socket)
        reasons = [emotion["reason"] for emotion in only(messages, "emotion")]
        assert reasons[0] == "overloaded"
        assert reasons[-1] is None
        assert (await server.request("GET", "/readyz"))[0] == 200
        gate.set()


async def test_a_server_whose_model_hangs_again_and_again_says_so() -> None:
    gate = threading.Event()
    async with running(StubModel(gate=gate), Settings(workers=1, deadline_ms=10)) as server:
        async with server.connect() as socket:
            await begin(socket)
            for _ in range(MOST_LOST):
                assert not server.service.queue.is_lost
                await socket.send(speak(0.6).tobytes())
                await say(socket, "session.flush")
                await server.until(lambda: server.service.queue.busy)
                await server.until(lambda: not server.service.queue.busy)
            await server.until(lambda: server.service.queue.is_lost)
        assert await refused_ready(server) == "the model hangs"
        gate.set()


async def test_a_clock_that_jumps_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time
    hours = iter(range(0, 10**9, 7))
    async with running(StubModel(), Settings(idle_ms=2000, start_ms=2000)) as server:
        whole = utterances(await hear(server, blocks(SPEECH)))
        with monkeypatch.context() as patch:
            patch.setattr(time, "time", lambda: now() - 3600 * next(hours))
            jumped = utterances(await hear(server, blocks(SPEECH)))
    assert jumped == whole
    assert len(whole) == 3
