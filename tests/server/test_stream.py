import asyncio
import json
import socket as sockets
import threading
from typing import Any

import numpy as np
import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from tests.server.conftest import Start
from tests.server.running import (
    Running,
    StubModel,
    begin,
    blocks,
    hear,
    kinds,
    only,
    rest,
    say,
    utterances,
)
from tests.voice import speak, talk

SPEECH = talk(silence=0.5, voice=1.4, pause=0.8, times=2)


async def ended_by_server(server: Running, frames: list[str | bytes]) -> tuple[int, list[Any]]:
    async with server.connect() as socket:
        messages = [await begin(socket)]
        for frame in frames:
            await socket.send(frame)
        messages += await rest(socket)
        return socket.close_code, messages


async def test_a_session_from_the_start_to_its_totals(server: Running) -> None:
    messages = await hear(server, blocks(SPEECH))
    created, closed = messages[0], messages[-1]
    assert created["type"] == "session.created"
    assert created["protocol"] == "vivavoz.v1"
    assert created["model"]["name"] == "tiny"
    assert len(created["model"]["labels"]) == 6
    assert created["limits"]["message_bytes"] == 65536
    assert closed["type"] == "session.closed"
    assert closed["reason"] == "stopped"
    assert closed["audio_ms"] == len(SPEECH) // 16
    assert closed["utterances"] == len(utterances(messages)) == 2
    for emotion in only(messages, "emotion"):
        assert emotion["label"] in created["model"]["labels"]
        assert sum(emotion["scores"].values()) == pytest.approx(1)
        assert emotion["model"] == "1-test"
    middle = [kind for kind in kinds(messages) if kind not in {"ack", "warning"}]
    assert middle[1:-1] == ["utterance.started", "emotion", "utterance.ended"] * 2


async def test_interim_labels_come_while_someone_speaks(server: Running) -> None:
    messages: list[Any] = []
    async with server.connect() as socket:
        messages.append(await begin(socket, interim_ms=500))
        for block in blocks(speak(3.0)):
            await socket.send(block.tobytes())
            await asyncio.sleep(0.02)  # a pace, so that labels come in between
        await say(socket, "session.stop")
        messages += await rest(socket)
    interims = [message for message in only(messages, "emotion") if not message["final"]]
    assert len(interims) >= 3
    assert kinds(messages).index("utterance.started") < messages.index(interims[0])


async def test_latency_is_from_having_the_last_sample(start: Start) -> None:
    gate = threading.Event()
    server = await start(StubModel(gate=gate))
    async with server.connect() as socket:
        await begin(socket)
        await socket.send(speak(1.0).tobytes())
        await server.until(lambda: server.service.metrics.audio_seconds._value.get() == 1.0)
        await asyncio.sleep(0.3)
        await say(socket, "session.flush")
        asyncio.get_running_loop().call_later(0.2, gate.set)
        messages = [json.loads(await socket.recv()) for _ in range(2)]
    (emotion,) = only(messages, "emotion")
    assert 490 <= emotion["latency_ms"] < 1500


@pytest.mark.parametrize("rate", [8000, 22050, 44100, 48000])
async def test_a_stream_at_any_accepted_rate(server: Running, rate: int) -> None:
    pcm = talk(silence=0.5, voice=1.4, pause=0.8, times=2, rate=rate)
    found = utterances(await hear(server, blocks(pcm, rate // 10), rate=rate))
    assert len(found) == 2
    assert found[0]["start_ms"] == pytest.approx(400, abs=120)


async def test_a_second_session_does_not_wait_for_the_first(start: Start) -> None:
    server = await start()
    async with server.connect() as silent:
        await begin(silent)
        assert len(utterances(await hear(server, blocks(SPEECH)))) == 2


# What a client does wrong ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (b"\0" * 3201, "bad_audio"),
        ("{", "bad_json"),
        ("[]", "bad_message"),
        ('{"type": "session.sing"}', "unknown_type"),
        ('{"type": "session.start", "sample_rate": 16000}', "already_started"),
        ('{"type": "session.update", "interim_ms": -1}', "out_of_range"),
        ('{"type": "session.update", "vad": {"hangover_ms": "long"}}', "bad_message"),
        ('{"type": "session.flush", "padding": "' + "x" * 4096 + '"}', "too_big"),
    ],
)
async def test_a_mistake_is_told_and_the_session_goes_on(
    server: Running, frame: str | bytes, code: str
) -> None:
    async with server.connect() as socket:
        await begin(socket)
        await socket.send(frame)
        answer = json.loads(await socket.recv())
        assert (answer["type"], answer["code"], answer["fatal"]) == ("error", code, False)
        for block in blocks(SPEECH):
            await socket.send(block.tobytes())
        await say(socket, "session.stop")
        assert len(utterances(await rest(socket))) == 2
        assert socket.close_code == 1000
    assert server.counted("errors_total", code=code) == 1


async def test_audio_and_messages_before_the_start_are_refused(server: Running) -> None:
    async with server.connect() as socket:
        for frame in (bytes(320), '{"type": "session.flush"}'):
            await socket.send(frame)
            assert json.loads(await socket.recv())["code"] == "not_started"
        assert (await begin(socket, sample_rate=44101))["code"] == "out_of_range"
        assert (await begin(socket))["type"] == "session.created"


async def test_a_message_of_the_size_allowed_is_taken_and_a_larger_one_is_not(
    server: Running,
) -> None:
    code, messages = await ended_by_server(server, [bytes(65536), '{"type": "session.stop"}'])
    assert (code, messages[-1]["audio_ms"]) == (1000, 2040)
    code, _ = await ended_by_server(server, [bytes(65538)])
    assert code == 1009


async def test_text_that_is_not_utf8_closes_with_1007(server: Running) -> None:
    async with server.connect() as socket:
        await begin(socket)
        await socket.send(b"\xff\xfe", text=True)
        await rest(socket)
        assert socket.close_code == 1007


async def test_a_flood_of_messages_is_too_fast(server: Running) -> None:
    flood = ['{"type": "session.update"}'] * 1000
    code, messages = await ended_by_server(server, flood)
    (error,) = only(messages, "error")
    assert (code, error["code"], error["fatal"]) == (4429, "too_fast", True)
    assert messages[-1]["type"] == "session.closed"
    assert 400 <= len(only(messages, "session.updated")) < 500


async def test_thirty_seconds_in_100_ms_blocks_may_come_at_once(server: Running) -> None:
    messages = await hear(server, blocks(np.zeros(30 * 16000, "<i2")))
    assert messages[-1]["audio_ms"] == 30_000


async def test_audio_far_ahead_of_its_time_is_read_later_and_not_lost(start: Start) -> None:
    server = await start(pace=20, burst_ms=2000)
    loop = asyncio.get_running_loop()
    begun = loop.time()
    messages = await hear(server, blocks(np.zeros(22 * 16000, "<i2"), 16000))
    assert messages[-1]["audio_ms"] == 22_000
    assert 0.9 <= loop.time() - begun < 4  # 20 s beyond the burst, at 20 times real time


async def test_a_start_that_does_not_come(start: Start) -> None:
    server = await start(start_ms=50)
    async with server.connect() as socket:
        (error,) = await rest(socket)
        assert (error["code"], error["fatal"]) == ("start_timeout", True)
        assert socket.close_code == 4408


async def test_a_session_without_audio_ends_after_answering(start: Start) -> None:
    server = await start(idle_ms=150)
    async with server.connect() as socket:
        await begin(socket)
        await socket.send(speak(1.0).tobytes())
        messages = await rest(socket)
        assert socket.close_code == 4408
    assert only(messages, "error")[0]["code"] == "idle"
    assert len(utterances(messages)) == 1
    assert messages[-1]["reason"] == "idle"


async def test_audio_keeps_a_session_alive_and_silence_is_audio(start: Start) -> None:
    server = await start(idle_ms=300)
    async with server.connect() as socket:
        await begin(socket)
        for _ in range(8):
            await socket.send(bytes(3200))
            await asyncio.sleep(0.1)
        await say(socket, "session.stop")
        messages = await rest(socket)
        assert (socket.close_code, messages[-1]["audio_ms"]) == (1000, 800)


async def test_messages_without_audio_do_not_keep_a_session_alive(start: Start) -> None:
    server = await start(idle_ms=200)
    async with server.connect() as socket:
        await begin(socket)

        async def chatter() -> None:
            while True:
                await say(socket, "session.update")
                await asyncio.sleep(0.02)

        chatting = asyncio.create_task(chatter())
        async with asyncio.timeout(2):
            await rest(socket)
        chatting.cancel()
        assert socket.close_code == 4408


async def test_a_session_that_is_too_long_ends_after_answering(start: Start) -> None:
    server = await start(session_ms=2000)
    code, messages = await ended_by_server(server, [b.tobytes() for b in blocks(speak(3.0))])
    assert code == 4410
    assert len(utterances(messages)) == 1
    assert messages[-1]["reason"] == "too_long"


async def talk_without_end(socket: ClientConnection) -> None:
    async with asyncio.timeout(30):
        while True:
            await say(socket, "session.update")


async def test_a_client_that_does_not_read_is_cut_off(start: Start) -> None:
    server = await start(messages_per_second=1_000_000, backlog_bytes=64 * 1024)
    raw = sockets.create_connection(("127.0.0.1", server.port))
    raw.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
    async with server.connect(sock=raw, max_queue=1, close_timeout=0.1) as socket:
        await begin(socket)
        with pytest.raises(ConnectionClosed):
            await talk_without_end(socket)
    await server.until(lambda: not server.service.listeners)
    assert server.counted("slow_readers_cut_total") == 1
