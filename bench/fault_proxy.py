"""A proxy between a client and a server that does what bad networks do, by a seeded plan.

    proxy = FaultProxy("127.0.0.1", 8080, random_faults(seed=1, most_bytes=500_000))
    async with proxy:
        ...  # speak with 127.0.0.1:proxy.port
    print(proxy.done)

A fault begins when so many bytes have gone one way, so that the same plan cuts the same message at
the same byte whatever the machine's pace.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from typing import Final, Self

READ_BYTES: Final = 64 * 1024
DRIBBLE_BYTES: Final = 100
CLOSING_S: Final = 1.0
LINGER_0: Final = struct.pack("ii", 1, 0)
"""With this, closing a socket sends a reset."""


class Kind(StrEnum):
    """What a network does."""

    CUT = "cut"
    """Both sides are closed, in the middle of a message."""
    RESET = "reset"
    """The same, by a TCP reset."""
    HALF_CLOSE = "half_close"
    """The receiver hears the end of the stream; the sender hears nothing of it."""
    STALL = "stall"
    """Nothing goes either way for some seconds; then everything does."""
    LATENCY = "latency"
    """From now on everything comes so many seconds later, at least."""
    DRIBBLE = "dribble"
    """For some seconds, 100 bytes a millisecond at most."""


ENDING: Final = (Kind.CUT, Kind.RESET)


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of one connection.

    Attributes:
        kind: what happens.
        at_byte: of the bytes going that way, the first that meets it.
        down: whether bytes from the server are counted, and not those from the client.
        seconds: how long it lasts; of no meaning for what ends the connection.
    """

    kind: Kind
    at_byte: int
    down: bool = False
    seconds: float = 0.0


def random_faults(
    seed: int,
    *,
    most_bytes: int,
    least_bytes: int = 1000,
    kinds: Iterable[Kind] = ENDING,
    most_s: float = 1.0,
) -> Iterator[Fault]:
    """Faults without end, the same for the same seed.

    Args:
        seed: of everything.
        most_bytes: a fault begins at `least_bytes` to so many bytes from the client.
        least_bytes: the handshake takes about 500.
        kinds: to choose from.
        most_s: a fault that lasts takes up to so many seconds.
    """
    rng, choice = Random(seed), tuple(kinds)
    while True:
        yield Fault(
            rng.choice(choice),
            rng.randint(least_bytes, most_bytes),
            seconds=rng.uniform(0, most_s),
        )


@dataclass(slots=True, eq=False)
class _Link:
    """One connection through the proxy."""

    fault: Fault | None
    writers: tuple[asyncio.StreamWriter, asyncio.StreamWriter]
    delay_s: float = 0.0
    dribble_until: float = 0.0
    free: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_over(self) -> bool:
        return any(writer.is_closing() for writer in self.writers)

    def end(self, *, reset: bool) -> None:
        for writer in self.writers:
            raw = writer.get_extra_info("socket")
            if reset and raw is not None:
                with suppress(OSError):
                    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_0)
            writer.transport.abort() if reset else writer.close()


class FaultProxy:
    """Listens on a port of its own and forwards to a server, with at most one fault a connection.

    Args:
        host: of the server.
        port: of the server.
        faults: one for each connection, in the order they come; None for none, and none at all
            after the last.

    Attributes:
        done: the faults that have happened.
        connections: how many there were.
    """

    def __init__(self, host: str, port: int, faults: Iterable[Fault | None] = ()) -> None:
        self._server_address = host, port
        self._faults = iter(faults)
        self._links: set[_Link] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._listening: asyncio.Server | None = None
        self._passes = asyncio.Event()
        self._passes.set()
        self.done: list[Fault] = []
        self.connections = 0

    async def __aenter__(self) -> Self:
        self._listening = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._listening:
            self._listening.close()
        self._passes.set()
        self.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.sleep(0)  # in which closed sockets are let go

    @property
    def port(self) -> int:
        """Where it listens, on 127.0.0.1."""
        assert self._listening is not None, "the proxy is not started"
        return int(self._listening.sockets[0].getsockname()[1])

    def forward_to(self, host: str, port: int) -> None:
        """Forward new connections to another server."""
        self._server_address = host, port

    def cut(self, *, reset: bool = False) -> int:
        """End every connection now. Returns how many there were."""
        there = [link for link in self._links if not link.is_over]
        for link in there:
            link.end(reset=reset)
        return len(there)

    @asynccontextmanager
    async def outage(self) -> AsyncIterator[None]:
        """As if the cable were out: nothing goes either way, nobody is told."""
        self._passes.clear()
        try:
            yield
        finally:
            self._passes.set()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            with suppress(asyncio.CancelledError):  # asyncio logs it where a server's task ends so
                await self._carry(reader, writer)
        finally:
            writer.close()
            with suppress(OSError, TimeoutError):
                await asyncio.wait_for(writer.wait_closed(), CLOSING_S)
            writer.transport.abort()
            self._tasks.discard(task)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        fault = next(self._faults, None)
        await self._passes.wait()
        try:
            there, back = await asyncio.open_connection(*self._server_address)
        except OSError:
            writer.close()
            return
        link = _Link(fault, (writer, back))
        link.free.set()
        self._links.add(link)
        try:
            await asyncio.gather(
                self._pump(link, reader, back, down=False),
                self._pump(link, there, writer, down=True),
            )
        finally:
            self._links.discard(link)
            link.end(reset=False)

    async def _pump(
        self, link: _Link, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, down: bool
    ) -> None:
        """Forward one way until it ends; the other way ends with it, or by itself."""
        fault = link.fault if link.fault and link.fault.down is down else None
        passed = 0
        with suppress(OSError):
            while data := await source.read(READ_BYTES):
                if fault and passed + len(data) >= fault.at_byte:
                    first = fault.at_byte - passed
                    await self._write(link, sink, data[:first])
                    data = data[first:]
                    passed = fault.at_byte
                    self.done.append(fault)
                    is_over = await self._strike(link, fault, sink)
                    fault = None
                    if is_over:
                        return
                await self._write(link, sink, data)
                passed += len(data)
            if sink.can_write_eof():
                sink.write_eof()

    async def _strike(self, link: _Link, fault: Fault, sink: asyncio.StreamWriter) -> bool:
        """Let a fault happen. Returns whether nothing more goes this way."""
        match fault.kind:
            case Kind.CUT | Kind.RESET:
                await _drained(sink)
                link.end(reset=fault.kind is Kind.RESET)
                return True
            case Kind.HALF_CLOSE:
                sink.write_eof()
                return True
            case Kind.STALL:
                link.free.clear()
                asyncio.get_running_loop().call_later(fault.seconds, link.free.set)
            case Kind.LATENCY:
                link.delay_s = fault.seconds
            case Kind.DRIBBLE:
                link.dribble_until = asyncio.get_running_loop().time() + fault.seconds
        return False

    async def _write(self, link: _Link, sink: asyncio.StreamWriter, data: bytes) -> None:
        await self._passes.wait()
        await link.free.wait()
        if link.delay_s:
            await asyncio.sleep(link.delay_s)
        clock = asyncio.get_running_loop().time
        while data and clock() < link.dribble_until:
            sink.write(data[:DRIBBLE_BYTES])
            data = data[DRIBBLE_BYTES:]
            await asyncio.sleep(0.001)
        if data:
            sink.write(data)
            await sink.drain()


async def _drained(sink: asyncio.StreamWriter) -> None:
    """Wait until what was written is with the system: a cut at byte k means that k arrive."""
    with suppress(OSError):
        sink.transport.set_write_buffer_limits(0)
        await sink.drain()
