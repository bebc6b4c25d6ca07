"""A try of each limit of `server.limits`: its last value is taken, one further is not."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import InvalidStatus

from bench.websocket_case import opening
from bench.websocket_frame import Opcode, frame, read_frame
from server.actions import Close
from server.connections import REFUSAL
from server.limits import HEAD_BYTES, HEADERS
from server.protocol import ErrorCode, ProtocolError, SessionUpdate, read_client_message
from server.sender import Sender
from server.settings import Settings
from tests.server import test_connections
from tests.server.running import (
    Running,
    StubModel,
    begin,
    only,
    rest,
    running,
    say,
)

RATE = 16000


@asynccontextmanager
async def limited(model: StubModel | None = None, **settings: Any) -> AsyncIterator[Running]:
    async with running(model or StubModel(), Settings(**settings)) as server:
        yield server


# Connections ---------------------------------------------------------------------------------


async def _connections(**settings: int) -> None:
    async with limited(**settings) as server, AsyncExitStack() as stack:
        for number in range(4):
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            stack.callback(writer.close)
            if number < 3:
                writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
                assert b" 200 " in await reader.readline()
            else:
                assert await reader.read() == REFUSAL


async def max_connections() -> None:
    await _connections(max_connections=3)


async def max_connections_per_address() -> None:
    await _connections(max_connections_per_address=3)


async def keepalive_ms() -> None:
    async with limited(keepalive_ms=300) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b" 200 " in await reader.readline()
        for part in (b"GET /healthz", b" HTTP/1.1\r\n", b"Host: x\r\n", b"X: "):
            writer.write(part)
            await asyncio.sleep(0.1)
        async with asyncio.timeout(5):
            await reader.read()  # to the end
        writer.close()


async def stall_ms() -> None:
    await test_connections.test_who_takes_its_time_is_not()
    await test_connections.test_who_takes_nothing_of_an_answer_is_cut()


async def _status(server: Running, headers: str) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(f"GET /healthz HTTP/1.1\r\nHost: x\r\n{headers}\r\n".encode())
    status = int((await reader.readline()).split()[1])
    writer.close()
    return status


async def head_bytes() -> None:
    async with limited() as server:
        assert await _status(server, f"X: {'x' * HEAD_BYTES}\r\n") == 200
        assert await _status(server, f"X: {'x' * (HEAD_BYTES + 1)}\r\n") == 400


async def headers() -> None:
    async with limited() as server:
        assert await _status(server, "X: x\r\n" * (HEADERS - 1)) == 200  # and the host
        assert await _status(server, "X: x\r\n" * HEADERS) == 400


# Sessions ------------------------------------------------------------------------------------


async def _sessions(**settings: int) -> None:
    async with limited(**settings) as server, server.connect() as first, server.connect():
        assert (await begin(first))["type"] == "session.created"
        with pytest.raises(InvalidStatus) as caught:
            async with server.connect():
                pass
        response = caught.value.response
        assert response.status_code == 503
        assert int(response.headers["Retry-After"]) > 0
        assert json.loads(response.body)["error"]["code"] == "overloaded"


async def max_sessions() -> None:
    await _sessions(max_sessions=2)


async def max_sessions_per_address() -> None:
    await _sessions(max_sessions_per_address=2)


async def code_of_close(socket: ClientConnection) -> tuple[int | None, str]:
    messages = await rest(socket)
    errors = only(messages, "error")
    return socket.close_code, errors[0]["code"] if errors else ""


async def start_ms() -> None:
    async with limited(start_ms=300) as server:
        async with server.connect() as socket:
            assert (await begin(socket))["type"] == "session.created"
        async with server.connect() as socket:
            assert await code_of_close(socket) == (4408, "start_timeout")


async def idle_ms() -> None:
    async with limited(idle_ms=500) as server, server.connect() as socket:
        await begin(socket)
        for _ in range(4):
            await socket.send(bytes(320))
            await asyncio.sleep(0.2)
        assert await code_of_close(socket) == (4408, "idle")


async def session_ms() -> None:
    async with limited(session_ms=1000) as server:
        for sound_ms, code in ((980, 1000), (1000, 4410)):
            async with server.connect() as socket:
                await begin(socket)
                await socket.send(bytes(sound_ms * 32))
                await say(socket, "session.stop")
                messages = await rest(socket)
                assert (socket.close_code, messages[-1]["audio_ms"]) == (code, sound_ms)
                assert len(only(messages, "error")) == (code == 4410)


async def lasts_ms() -> None:
    """Someone keeps a place with a sample now and then."""
    async with limited(session_ms=400, idle_ms=300) as server, server.connect() as socket:
        await begin(socket)

        async def trickle() -> None:
            while True:
                await socket.send(bytes(2))
                await asyncio.sleep(0.05)

        trickling = asyncio.create_task(trickle())
        messages = await rest(socket)
        trickling.cancel()
        await asyncio.gather(trickling, return_exceptions=True)
        assert socket.close_code == 4410
        assert messages[-1]["audio_ms"] < 400


async def heartbeat_ms() -> None:
    async with limited(heartbeat_ms=200) as server:
        async with server.connect() as socket:  # which answers pings by itself
            await begin(socket)
            await asyncio.sleep(0.7)
            await say(socket, "session.stop")
            await rest(socket)
            assert socket.close_code == 1000
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(opening())
        await reader.readuntil(b"\r\n\r\n")
        async with asyncio.timeout(5):
            ping = await read_frame(reader)
            assert ping is not None
            assert ping.opcode == Opcode.PING
            assert await read_frame(reader) is None
        writer.close()


async def message_bytes() -> None:
    async with limited(message_bytes=3200) as server:
        for size, code in ((3200, 1000), (3201, 1009), (3202, 1009)):
            async with server.connect() as socket:
                await begin(socket)
                await socket.send(bytes(size))
                await say(socket, "session.stop")
                await rest(socket)
                assert socket.close_code == code


def _read(text: str) -> ErrorCode | None:
    try:
        read_client_message(text)
    except ProtocolError as error:
        return error.code
    return None


async def text_bytes() -> None:
    bare = SessionUpdate().to_json()
    assert _read(bare + " " * (4096 - len(bare))) is None
    assert _read(bare + " " * (4097 - len(bare))) is ErrorCode.TOO_BIG


async def _burst(kind: bytes) -> int | None:
    async with limited(messages_per_second=5) as server, server.connect() as socket:
        await begin(socket)  # a message
        socket.transport.write(kind * 9)
        await (await socket.ping())
        socket.transport.write(kind * 200)  # some come back meanwhile
        await rest(socket)
        return socket.close_code


async def message_burst() -> None:
    assert await _burst(frame(Opcode.TEXT, b"{}")) == 4429


async def frame_burst() -> None:
    assert await _burst(frame(Opcode.PONG)) == 4429


async def burst_ms() -> None:
    async with limited(burst_ms=1000, pace=1) as server, server.connect() as socket:
        await begin(socket)
        loop = asyncio.get_running_loop()
        began = loop.time()
        for _ in range(16):
            await socket.send(bytes(3200))
        await say(socket, "session.stop")
        assert (await rest(socket))[-1]["audio_ms"] == 1600
        assert loop.time() - began >= 0.4, "0.6 s and a message are beyond it"


class Unread:
    """A transport whose client takes nothing."""

    def __init__(self) -> None:
        self.was_cut = False

    def get_write_buffer_size(self) -> int:
        return 0

    def abort(self) -> None:
        self.was_cut = True


async def backlog_bytes() -> None:
    message = SessionUpdate()
    size = len(message.to_json())
    for most, is_cut in ((3 * size, False), (3 * size - 1, True)):
        transport: Any = Unread()
        socket: Any = None
        sender = Sender(socket, transport, most)
        assert [sender.put(message) for _ in range(3)] == [True, True, not is_cut]
        assert transport.was_cut is is_cut
        sender.close(Close(1000, ""))


def _start(**fields: Any) -> str:
    return json.dumps({"type": "session.start", "sample_rate": RATE, **fields})


async def heard_again_ms() -> None:
    for again, code in ((60_000, None), (60_001, ErrorCode.BAD_MESSAGE)):
        resume = {"session_id": "s", "from_ms": 0, "answered_ms": again}
        assert _read(_start(resume=resume)) is code


async def token_characters() -> None:
    assert _read(_start(token="x" * 1024)) is None
    assert _read(_start(token="x" * 1025)) is ErrorCode.OUT_OF_RANGE


async def session_id_characters() -> None:
    for size, code in ((64, None), (65, ErrorCode.OUT_OF_RANGE)):
        assert _read(_start(resume={"session_id": "x" * size, "from_ms": 0})) is code
