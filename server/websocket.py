"""A WebSocket that keeps to RFC 6455 where aiohttp's lets things pass: frames that are not masked,
lengths in a longer form than they need, messages within messages, close codes that are none, and a
connection that is cut before the other side could answer the close. It also bounds what no message
limit sees: pings and fragments. And audio is handed over where it comes in: to have aiohttp put
each message into a queue and wake a task for it costs as much as all that is done with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sized
from contextlib import suppress
from typing import Any, Final, TypeAlias

import numpy as np
from aiohttp import WebSocketError, web

from server.protocol import CloseCode
from server.token_bucket import TokenBucket

MASKED: Final = 0x80
FINAL: Final = 0x80
CONTROL: Final = 0x8
LEAST_16_BIT: Final = 126
LEAST_64_BIT: Final = 1 << 16
MOST_64_BIT: Final = (1 << 63) - 1
BINARY: Final = FINAL | 0x2
WORD: Final = 4
"""Bytes of a mask."""

Take: TypeAlias = Callable[[bytes], bool]
"""Takes a binary message, or says that it is to come through `receive`, after those before."""

NO_CODES: Final = frozenset({1004, 1005, 1006, 1015})
"""Reserved, or what an end of the connection is called that had none."""


def is_close_code(code: int) -> bool:
    """Whether a peer may close with it; 0 stands for a close frame without one.

    Examples:
        >>> [code for code in (0, 999, 1000, 1006, 1016, 3000, 4999, 5000) if is_close_code(code)]
        [0, 1000, 3000, 4999]
    """
    is_registered = 1000 <= code <= 1014 and code not in NO_CODES
    return code == 0 or is_registered or 3000 <= code <= 4999


def whole_message(data: bytes) -> bytes | None:
    r"""What the one frame in `data` says, if that is a whole binary message in its plainest form.

    Returns:
        None for everything else: several frames, a part of one, a length that is no multiple of
        `WORD`.

    Examples:
        >>> whole_message(bytes([0x82, 0x84, 1, 2, 3, 4, 1, 2, 3, 5]))
        b'\x00\x00\x00\x01'
        >>> whole_message(bytes([0x82, 0x84, 1, 2, 3, 4, 1, 2, 3]))
    """
    size = len(data)
    if size < 6 or data[0] != BINARY:
        return None
    head, length = 6, data[1] - MASKED
    if length == LEAST_16_BIT:
        head, length = 8, data[2] << 8 | data[3]
        if length < LEAST_16_BIT:
            return None
    if size != head + length or length % WORD or length < WORD or (head == 6 and length > 125):
        return None
    mask = np.frombuffer(data, np.uint32, 1, head - WORD)
    return (np.frombuffer(data, np.uint32, offset=head) ^ mask).tobytes()


class StrictWebSocket(web.WebSocketResponse):
    """`web.WebSocketResponse` behind a `FrameCheck`.

    Args:
        frames: for frames that are no whole message; beyond it the connection is closed.
        options: of `web.WebSocketResponse`.
    """

    def __init__(self, *, frames: TokenBucket, **options: Any) -> None:
        super().__init__(**options)
        self._frames = frames
        self._answer_s: float = options["timeout"]
        self._says_goodbye = False
        self._is_answered = asyncio.Event()
        self._check: FrameCheck | None = None

    def hand_to(self, take: Take | None) -> None:
        """Have binary messages taken as they come in, in their order; None: no more."""
        if self._check:
            self._check.take = take

    @property
    def _parser(self) -> Any:
        """What the connection feeds. aiohttp sets it before the first byte goes there."""
        return self._check

    @_parser.setter
    def _parser(self, reader: Any) -> None:
        self._check = FrameCheck(reader, self._reader, self._frames) if reader else None

    def _on_data_received(self) -> None:
        """Put off the ping: by a number, where aiohttp has the loop call it back for each piece."""
        if self._heartbeat is None or self._pong_response_cb or not self._heartbeat_cb:
            super()._on_data_received()
        elif self._loop:
            self._heartbeat_when = self._loop.time() + self._heartbeat

    async def close(
        self, *, code: int = CloseCode.DONE, message: bytes = b"", drain: bool = True
    ) -> bool:
        """Close; where the client did with a code that is none, say so.

        Where a task receives meanwhile, it is the one that sees the answer: aiohttp would cut the
        connection instead, and the client's answer would reset it.
        """
        if self.close_code is not None and not is_close_code(self.close_code):
            code, message = CloseCode.PROTOCOL, b""
        if self._says_goodbye:  # the receiving task has found the end of the stream
            self._is_answered.set()
            return False
        if self._waiting and not self.closed:
            return await self._say_goodbye(code, message)
        return await super().close(code=code, message=message, drain=drain)

    async def pong(self, message: bytes = b"") -> None:
        """Answer a ping, unless nobody hears it any more."""
        if not self._says_goodbye:
            with suppress(ConnectionError):
                await super().pong(message)

    async def _say_goodbye(self, code: int, message: bytes) -> bool:
        self._says_goodbye = True
        self._cancel_heartbeat()
        with suppress(ConnectionError, TimeoutError):
            if self._writer is not None:
                await self._writer.close(code, message)
            async with asyncio.timeout(self._answer_s):
                await self._is_answered.wait()
        self._set_closed()
        self._close_transport()
        return True

    def _set_closing(self, code: Any) -> None:
        """Called where the client's close frame is received."""
        super()._set_closing(code)
        self._is_answered.set()


class FrameCheck:
    """Looks at the head of every frame before a reader does.

    Args:
        reader: aiohttp's, which takes what is right.
        queue: where that one puts its messages.
        frames: one is taken for each frame that is no whole message.

    Attributes:
        take: see `StrictWebSocket.hand_to`.
    """

    def __init__(self, reader: Any, queue: Any, frames: TokenBucket) -> None:
        self._reader = reader
        self._queue = queue
        self._queued: Sized | None = getattr(queue, "_buffer", None)  # None: another aiohttp
        self._frames = frames
        self.take: Take | None = None
        self._begun = b""  # a head of which more is to come
        self._left = 0  # bytes of the frame under way
        self._is_in_message = False

    def feed_eof(self) -> None:
        """The stream ends."""
        self._reader.feed_eof()

    def feed_data(self, data: bytes) -> tuple[bool, bytes]:
        """Pass on what is right. What comes behind a fault is not looked at.

        Returns:
            Whether nothing more can be taken, and what was not.
        """
        if self.take and self._queued is not None and not (self._queued or self._is_between):
            message = whole_message(data)
            if message is not None and self.take(message):
                return False, b""
        try:
            self._check(data)
        except WebSocketError as error:
            self._queue.set_exception(error)
            return True, b""
        taken: tuple[bool, bytes] = self._reader.feed_data(data)
        return taken

    @property
    def _is_between(self) -> bool:
        """Whether something has begun that is not over."""
        return bool(self._left or self._begun or self._is_in_message)

    def _check(self, data: bytes) -> None:
        if self._left > len(data):
            self._left -= len(data)
            return
        rest = self._begun + data[self._left :]
        at, size = 0, len(rest)
        while size - at >= 2:
            first, second = rest[at], rest[at + 1]
            length = second & 0x7F
            head = 6 if length < LEAST_16_BIT else 8 if length == LEAST_16_BIT else 14
            if not second & MASKED:
                raise WebSocketError(CloseCode.PROTOCOL, "a client's frame is masked")
            if head > 6:
                if size - at < head - 4:
                    break
                length = self._long(int.from_bytes(rest[at + 2 : at + head - 4], "big"), head)
            if first & CONTROL or not first & FINAL or not first & 0xF:
                self._count(first)
            if not first & CONTROL:
                self._order(first)
            at += head + length
        self._begun = rest[at:] if at < size else b""
        self._left = max(0, at - size)

    @staticmethod
    def _long(length: int, head: int) -> int:
        least = LEAST_16_BIT if head == 8 else LEAST_64_BIT
        if not least <= length <= MOST_64_BIT:
            raise WebSocketError(CloseCode.PROTOCOL, "a length has its shortest form")
        return length

    def _order(self, first: int) -> None:
        """A message begins after the one before has ended, and is continued only before."""
        if bool(first & 0xF) is self._is_in_message:
            raise WebSocketError(CloseCode.PROTOCOL, "messages come one after another")
        self._is_in_message = not first & FINAL

    def _count(self, first: int) -> None:
        if self._frames.take(1):
            raise WebSocketError(CloseCode.TOO_FAST, f"too many frames with opcode {first & 0xF}")
