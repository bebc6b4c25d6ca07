"""What aiohttp's WebSocket lets pass; the whole of the standard is in tests/conformance."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from aiohttp import WebSocketError

from bench.websocket_frame import frame
from server.settings import Settings
from server.token_bucket import TokenBucket
from server.websocket import FrameCheck, whole_message
from tests.server.running import StubModel, begin, rest, running

PING = frame(9, b"x")
RIGHT = [
    frame(2, bytes(200)),
    frame(1, b"{", fin=False),
    PING,
    frame(0, b"}"),
    frame(2, bytes(66_000)),
    frame(8, struct.pack("!H", 1000)),
]


class Taken:
    """Stands for aiohttp's reader and for its queue."""

    def __init__(self) -> None:
        self.bytes = b""
        self.error: WebSocketError | None = None
        self.ended = False
        self._buffer: list[object] = []  # aiohttp's name

    def feed_data(self, data: bytes) -> tuple[bool, bytes]:
        self.bytes += data
        return False, b""

    def feed_eof(self) -> None:
        self.ended = True

    def set_exception(self, error: WebSocketError) -> None:
        self.error = error


def checked(frames: float = 100) -> tuple[FrameCheck, Taken]:
    taken = Taken()
    return FrameCheck(taken, taken, TokenBucket(1e-9, frames)), taken


@pytest.mark.parametrize("size", [1, 2, 3, 7, 11, 1000, 1_000_000])
def test_what_is_right_passes_however_it_comes(size: int) -> None:
    check, taken = checked()
    stream = b"".join(RIGHT * 3)
    for at in range(0, len(stream), size):
        assert check.feed_data(stream[at : at + size]) == (False, b"")
    assert taken.bytes == stream
    check.feed_eof()
    assert taken.ended


@pytest.mark.parametrize("size", [1, 3, 1_000_000])
@pytest.mark.parametrize(
    "wrong",
    [
        frame(1, b"{}", mask=None),
        frame(2, b"12", form=16),
        frame(2, b"12" * 100, form=64),
        frame(2, length=2**63),
        frame(0, b""),
        frame(1, b"", fin=False) + frame(2, b""),
    ],
)
def test_what_is_wrong_is_seen_however_it_comes(size: int, wrong: bytes) -> None:
    check, taken = checked()
    stream = b"".join(RIGHT) + wrong
    ends = [check.feed_data(stream[at : at + size])[0] for at in range(0, len(stream), size)]
    assert any(ends)
    assert taken.error is not None
    assert taken.error.code == 1002


@pytest.mark.parametrize("kind", [PING, frame(10), frame(0, b"", fin=False)])
def test_frames_that_are_no_message_are_counted(kind: bytes) -> None:
    check, taken = checked(frames=10)
    begin = frame(1, b"", fin=False) if kind[0] == 0 else b""
    count = 9 if begin else 10
    assert check.feed_data(begin + kind * count) == (False, b"")
    assert check.feed_data(kind)[0]
    assert taken.error is not None
    assert taken.error.code == 4429


@pytest.mark.parametrize("kind", [PING, frame(0, b"", fin=False)])
async def test_a_flood_of_them_closes_the_connection(kind: bytes) -> None:
    settings = Settings(messages_per_second=50)
    async with running(StubModel(), settings) as server, server.connect() as socket:
        await begin(socket)
        opening = frame(2, b"", fin=False) if kind[0] == 0 else b""
        transport: Any = socket.transport
        transport.write(opening + kind * 200)
        await rest(socket)
        assert socket.close_code == 4429
        await server.until(lambda: not server.service.listeners)


@pytest.mark.parametrize("size", [4, 124, 128, 640, 3200, 65_532])
def test_a_whole_message_is_handed_over(size: int) -> None:
    said = bytes(number % 251 for number in range(size))
    check, taken = checked()
    heard: list[bytes] = []
    check.take = lambda message: not heard.append(message)
    assert check.feed_data(frame(2, said)) == (False, b"")
    assert (heard, taken.bytes) == ([said], b"")


@pytest.mark.parametrize(
    "data",
    [
        frame(1, b"1234"),
        frame(2, b""),
        frame(2, b"123"),
        frame(2, b"1234", fin=False),
        frame(2, b"1234", mask=None),
        frame(2, b"1234", form=16),
        frame(2, b"1234") * 2,
        frame(2, bytes(66_000)),
        frame(2, b"1234")[:-1],
        frame(9, b"1234"),
        b"\x82",
    ],
)
def test_what_is_not_plainly_one_message_takes_the_long_way(data: bytes) -> None:
    assert whole_message(data) is None


def test_a_message_comes_after_those_that_wait() -> None:
    check, taken = checked()
    heard: list[bytes] = []
    check.take = lambda message: message != b"no!!" and not heard.append(message)
    first, no, last = (frame(2, text) for text in (b"1234", b"no!!", b"5678"))
    check.feed_data(first)
    check.feed_data(no)
    taken._buffer.append(no)  # nobody has received it yet
    check.feed_data(last)
    assert (heard, taken.bytes) == ([b"1234"], no + last)
    taken._buffer.clear()
    check.feed_data(first[:9])
    check.feed_data(first[9:])
    assert heard == [b"1234"]
    check.feed_data(last)
    assert heard == [b"1234", b"5678"]


async def test_audio_of_a_session_does_not_wait_in_the_queue() -> None:
    """With the aiohttp that is installed: its queue is looked at by a name that is its own."""
    async with running(StubModel(), Settings()) as server, server.connect() as socket:
        await begin(socket)
        await socket.send(bytes(3200))
        (listener,) = server.service.listeners
        await server.until(lambda: listener._session.audio_ms == 100)  # type: ignore[attr-defined]
        check = listener._socket._check  # type: ignore[attr-defined]
        assert check.take is not None
        assert check._queued is not None
