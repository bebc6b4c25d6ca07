"""Where connections come in: no more than there are places for, and none that takes nothing.

What a request may be is bounded behind this; here is bounded what comes before one, and what stays
of one: connections that ask for nothing, and answers that nobody reads. Those that ask slowly end
with ``keepalive_timeout``.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Final, TypeAlias, cast

from aiohttp import web

from server.client_address import limited_as

logger = logging.getLogger(__name__)

SPARE_FILES: Final = 128
"""For everything that is no connection: the model, the decoder, feedback, standard streams."""

NO_LIMIT: Final = 1 << 20

LOOK_S: Final = 1.0

BODY: Final = (
    b'{"error": {"code": "overloaded", "message": "too many connections; try again in 5 s"}}'
)
REFUSAL: Final = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\n"
    b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
) % (len(BODY), BODY)

IsTrusted: TypeAlias = Callable[[str], bool]


class LimitedSite(web.BaseSite):
    """A listening socket of an application.

    Args:
        runner: of the application, set up.
        listening: the socket.
        most: connections at once.
        per_address: of them from one address.
        is_trusted: whether an address may have all of them, as a proxy has to.
        stall_s: time in which a client has to take something of an answer.
    """

    def __init__(
        self,
        runner: web.AppRunner,
        listening: socket.socket,
        *,
        most: int,
        per_address: int,
        is_trusted: IsTrusted = lambda _: False,
        stall_s: float,
    ) -> None:
        super().__init__(runner)
        self._listening = listening
        self._most = min(most, files_left())
        self._per_address = per_address
        self._is_trusted = is_trusted
        self._stall_s = stall_s
        self._looking: asyncio.Task[None] | None = None

    @property
    def name(self) -> str:
        """Its address."""
        host, port = self._listening.getsockname()[:2]
        return f"http://{host}:{port}"

    async def start(self) -> None:
        """Listen."""
        await super().start()
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Door(self._admit), sock=self._listening)
        self._looking = asyncio.create_task(self._look())

    async def stop(self) -> None:
        """Listen no more; what is connected stays."""
        if self._looking:
            self._looking.cancel()
            with suppress(asyncio.CancelledError):
                await self._looking
        await super().stop()

    def _admit(self, transport: asyncio.Transport) -> asyncio.BaseProtocol | None:
        """What speaks HTTP on a connection; None where there is no place for it."""
        server = self._runner.server
        if server is None:  # it stops just now
            return None
        known = server.connections
        address = _address(transport)
        if len(known) >= self._most:
            return None
        if not self._is_trusted(address):
            same = sum(_address(one.transport) == address for one in known)
            if same >= self._per_address:
                return None
        handler: asyncio.BaseProtocol = server()
        return handler

    async def _look(self) -> None:
        """End connections whose other end takes nothing of what was written to it."""
        stalled: dict[asyncio.Transport, tuple[int, float]] = {}
        clock = asyncio.get_running_loop().time
        while True:
            await asyncio.sleep(min(LOOK_S, self._stall_s / 4))
            server, now = self._runner.server, clock()
            before, stalled = stalled, {}
            for handler in server.connections if server else ():
                transport = handler.transport
                if transport is None or not (left := transport.get_write_buffer_size()):
                    continue
                known, since = before.get(transport, (left, now))
                stalled[transport] = (left, since if left >= known else now)
                if now - stalled[transport][1] >= self._stall_s:
                    transport.abort()


class _Door(asyncio.Protocol):
    """A connection for as long as it is not known whether there is a place for it."""

    def __init__(self, admit: Callable[[asyncio.Transport], asyncio.BaseProtocol | None]) -> None:
        self._admit = admit

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        connection = cast("asyncio.Transport", transport)
        handler = self._admit(connection)
        if handler is None:
            connection.write(REFUSAL)
            connection.close()
        else:
            connection.set_protocol(handler)
            handler.connection_made(connection)


def files_left() -> int:
    """How many connections this process may have, after the system lets it have more files.

    The soft limit is often 1024 for programs that use `select`, which none here does.
    """
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return NO_LIMIT
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
            soft = hard
    return max(1, soft - SPARE_FILES) if soft != resource.RLIM_INFINITY else NO_LIMIT


def _address(transport: asyncio.BaseTransport | None) -> str:
    peer = transport.get_extra_info("peername") if transport else None
    return limited_as(str(peer[0])) if peer else ""
