"""Through a real server that sends back what it gets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from itertools import islice

import pytest

from bench.fault_proxy import Fault, FaultProxy, Kind, random_faults

DATA = bytes(range(256)) * 20


class Echo:
    """Sends back what comes, and notes it."""

    def __init__(self) -> None:
        self.heard = b""
        self.has_ended = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(1 << 16):
                self.heard += data
                writer.write(data)
        except OSError:
            pass
        finally:
            self.has_ended.set()
            writer.close()


@asynccontextmanager
async def through(*faults: Fault | None) -> AsyncIterator[tuple[Echo, FaultProxy]]:
    echo = Echo()
    async with asyncio.timeout(10):
        server = await asyncio.start_server(echo.serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with FaultProxy("127.0.0.1", port, faults) as proxy:
            yield echo, proxy
        server.close()


@asynccontextmanager
async def client(
    proxy: FaultProxy,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    yield reader, writer
    writer.close()


async def test_what_has_no_fault_comes_whole() -> None:
    async with through() as (_, proxy), client(proxy) as (reader, writer):
        writer.write(DATA)
        assert await reader.readexactly(len(DATA)) == DATA
        writer.write_eof()
        assert await reader.read() == b""
    assert (proxy.done, proxy.connections) == ([], 1)


@pytest.mark.parametrize("at", [1, 777, len(DATA)])
async def test_a_cut_falls_on_its_byte_and_only_on_its_connection(at: int) -> None:
    fault = Fault(Kind.CUT, at)
    async with through(fault) as (echo, proxy):
        async with client(proxy) as (reader, writer):
            writer.write(DATA)
            await reader.read()
            await echo.has_ended.wait()
            assert echo.heard == DATA[:at]
        async with client(proxy) as (reader, writer):
            writer.write(DATA)
            assert await reader.readexactly(len(DATA)) == DATA
    assert (proxy.done, proxy.connections) == ([fault], 2)


async def test_a_cut_of_what_the_server_says() -> None:
    fault = Fault(Kind.CUT, 300, down=True)
    async with through(fault) as (_, proxy), client(proxy) as (reader, writer):
        writer.write(DATA)
        assert await reader.read() == DATA[:300]


async def test_a_reset_is_one() -> None:
    async with through(Fault(Kind.RESET, 100)) as (_, proxy), client(proxy) as (reader, writer):
        writer.write(DATA)
        with pytest.raises(ConnectionResetError):
            await reader.readexactly(len(DATA))


async def test_half_closed_the_server_hears_the_end_and_the_client_nothing() -> None:
    fault = Fault(Kind.HALF_CLOSE, 200)
    async with through(fault) as (echo, proxy), client(proxy) as (reader, writer):
        writer.write(DATA)
        assert await reader.readexactly(200) == DATA[:200]
        await echo.has_ended.wait()
        writer.write(DATA)
        await writer.drain()
    assert echo.heard == DATA[:200]


@pytest.mark.parametrize("kind", [Kind.STALL, Kind.LATENCY, Kind.DRIBBLE])
async def test_what_comes_late_comes_whole(kind: Kind) -> None:
    fault = Fault(kind, 100, seconds=0.05)
    async with through(fault) as (_, proxy), client(proxy) as (reader, writer):
        clock = asyncio.get_running_loop().time
        before = clock()
        writer.write(DATA)
        assert await reader.readexactly(len(DATA)) == DATA
        assert clock() - before >= 0.04
    assert proxy.done == [fault]


async def test_in_an_outage_nothing_goes_and_nobody_is_told() -> None:
    async with through() as (_, proxy), client(proxy) as (reader, writer):
        async with proxy.outage():
            writer.write(DATA)
            late = asyncio.create_task(reader.readexactly(len(DATA)))
            done, _ = await asyncio.wait({late}, timeout=0.1)
            assert not done
        assert await late == DATA


async def test_a_server_that_is_not_there_and_another_that_is() -> None:
    async with through() as (_, there), FaultProxy("127.0.0.1", 1) as proxy:
        async with client(proxy) as (reader, _):
            assert await reader.read() == b""
        proxy.forward_to("127.0.0.1", there.port)
        async with client(proxy) as (reader, writer):
            writer.write(b"hello")
            assert await reader.readexactly(5) == b"hello"


async def test_everything_is_cut_at_once() -> None:
    async with through() as (_, proxy), client(proxy) as (one, first), client(proxy) as (two, _):
        first.write(b"x")
        assert await one.read(1) == b"x"
        proxy.cut()
        assert await one.read() == b""
        proxy.cut(reset=True)
        assert not [byte async for byte in _rest(two)]


async def _rest(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    try:
        while data := await reader.read(100):
            yield data
    except ConnectionResetError:
        return


def test_the_same_seed_gives_the_same_faults() -> None:
    def some(seed: int) -> Iterable[Fault]:
        return [*islice(random_faults(seed, most_bytes=5000, kinds=Kind), 200)]

    assert some(1) == some(1) != some(2)
    assert {fault.kind for fault in some(1)} == set(Kind)
    assert all(1000 <= fault.at_byte <= 5000 and 0 <= fault.seconds <= 1 for fault in some(1))
