"""Connections before they ask for anything, and answers that nobody takes."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from server.connections import REFUSAL, files_left
from server.settings import Settings
from tests.server.running import Running, StubModel, begin, running

GET = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"


@asynccontextmanager
async def limited(**settings: object) -> AsyncIterator[Running]:
    async with running(StubModel(), Settings(**settings)) as server:
        yield server


async def status(reader: asyncio.StreamReader) -> int:
    return int((await reader.readline()).split()[1])


@pytest.mark.parametrize("settings", [{"max_connections": 3}, {"max_connections_per_address": 3}])
async def test_so_many_connections_and_no_more(settings: dict[str, int]) -> None:
    async with limited(**settings) as server, AsyncExitStack() as stack:
        taken = []
        for _ in range(3):
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            stack.callback(writer.close)
            writer.write(GET)
            assert await status(reader) == 200
            taken.append(writer)
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        refusal = await reader.read()
        writer.close()
        assert refusal == REFUSAL
        taken[0].close()
        await taken[0].wait_closed()

        async def finds_room() -> bool:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            stack.callback(writer.close)
            writer.write(GET)
            return await status(reader) == 200

        async with asyncio.timeout(5):
            while not await finds_room():
                pass


async def test_a_trusted_proxy_may_have_all() -> None:
    settings = {"max_connections_per_address": 1, "trusted_proxies": "127.0.0.0/8"}
    async with limited(**settings) as server, server.connect() as first, server.connect() as second:
        assert (await begin(first))["type"] == (await begin(second))["type"] == "session.created"


def test_the_refusal_is_a_whole_answer() -> None:
    head, _, body = REFUSAL.partition(b"\r\n\r\n")
    assert f"Content-Length: {len(body)}".encode() in head
    assert json.loads(body)["error"]["code"] == "overloaded"


async def test_who_takes_nothing_of_an_answer_is_cut() -> None:
    async with limited(stall_ms=200) as server:
        raw = socket.socket()
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        raw.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(raw, ("127.0.0.1", server.port))
        ask = b"GET /app.js HTTP/1.1\r\nHost: x\r\n\r\n"

        async def ask_without_end() -> None:
            while True:  # each answer is larger than what the socket takes
                await loop.sock_sendall(raw, ask * 100)
                await asyncio.sleep(0.01)

        with pytest.raises(ConnectionError):
            await asyncio.wait_for(ask_without_end(), 10)
        raw.close()
        assert (await server.request("GET", "/healthz"))[0] == 200


async def test_who_takes_its_time_is_not() -> None:
    async with limited(stall_ms=300) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=1024)
        writer.write(GET)
        await asyncio.sleep(0.6)
        writer.write(GET)
        assert await status(reader) == 200
        writer.close()


def test_there_are_files_for_connections() -> None:
    assert files_left() >= 1
