"""Hands messages to a socket, in order, and cuts off who does not read them."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import Final, TypeAlias

from aiohttp import web

from server.actions import Close
from server.protocol import Message

logger = logging.getLogger(__name__)

CLOSE_S: Final = 3.0
"""For a close frame to come back; then the connection is cut."""

Item: TypeAlias = str | Close


class Sender:
    """The way out of one session. `run` is its task.

    Args:
        socket: prepared.
        transport: beneath it.
        backlog_bytes: what may wait for the client to read.
    """

    def __init__(
        self, socket: web.WebSocketResponse, transport: asyncio.Transport, backlog_bytes: int
    ) -> None:
        self._socket = socket
        self._transport = transport
        self._most = backlog_bytes
        self._items: asyncio.Queue[Item] = asyncio.Queue()
        self._waiting = 0
        self.was_cut = False

    @property
    def backlog_bytes(self) -> int:
        """What was given and not taken by the client's machine yet."""
        return self._waiting + self._transport.get_write_buffer_size()

    def put(self, message: Message) -> bool:
        """Send a message after those before.

        Returns:
            False if the client was cut off instead: it does not read.
        """
        text = message.to_json()
        self._waiting += len(text)
        self._items.put_nowait(text)
        if self.backlog_bytes > self._most and not self.was_cut:
            self.cut()
        return not self.was_cut

    def close(self, close: Close) -> None:
        """Close the connection after the messages before."""
        self._items.put_nowait(close)

    def cut(self) -> None:
        """Cut the connection now."""
        self.was_cut = True
        self._transport.abort()

    async def run(self) -> None:
        """Send until the close, or until the connection is lost."""
        with suppress(ConnectionError):
            while isinstance(item := await self._items.get(), str):
                await self._socket.send_str(item)
                self._waiting -= len(item)
            await self.finish(item)

    async def finish(self, close: Close) -> None:
        """Close the connection: properly, or within `CLOSE_S` all the same."""
        try:
            async with asyncio.timeout(CLOSE_S):
                await self._socket.close(code=close.code, message=close.reason.encode())
        except TimeoutError:
            self._transport.abort()
