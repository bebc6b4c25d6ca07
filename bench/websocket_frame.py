"""WebSocket frames as bytes, right and wrong ones, and a reader that lets a server get away with
nothing (RFC 6455, section 5).
"""

from __future__ import annotations

import asyncio
import struct
from enum import IntEnum
from typing import Final, NamedTuple

CONTROL: Final = 0x8
MASK: Final = bytes((0x37, 0xFA, 0x21, 0x3D))
"""The one in the RFC's examples."""

MOST_SHORT: Final = 125
MOST_16_BIT: Final = 0xFFFF


class Opcode(IntEnum):
    """What a frame is. 3 to 7 and 11 to 15 are reserved."""

    CONTINUATION = 0x0
    TEXT = 0x1
    BINARY = 0x2
    CLOSE = 0x8
    PING = 0x9
    PONG = 0xA


class Frame(NamedTuple):
    """A frame that came."""

    opcode: int
    payload: bytes

    @property
    def close_code(self) -> int:
        """Of a close frame; 1005 where it says none."""
        return int.from_bytes(self.payload[:2], "big") if self.payload else 1005


class FrameError(Exception):
    """The server sent what no server may."""


def frame(
    opcode: int,
    payload: bytes = b"",
    *,
    fin: bool = True,
    rsv: int = 0,
    mask: bytes | None = MASK,
    form: int | None = None,
    length: int | None = None,
) -> bytes:
    """A client's frame.

    Args:
        opcode: 0 to 15.
        payload: before masking.
        fin: whether the message ends with it.
        rsv: the three reserved bits as a number, RSV1 the highest.
        mask: None for a frame that is not masked, as a client's may not be.
        form: 7, 16 or 64: bits that the length takes; the least that do by default.
        length: what it says of its length where that is not true.
    """
    size = len(payload) if length is None else length
    if form is None:
        form = 7 if size <= MOST_SHORT else 16 if size <= MOST_16_BIT else 64
    masked = 0x80 if mask else 0
    head = bytes((fin << 7 | rsv << 4 | opcode,))
    if form == 7:
        head += bytes((masked | size,))
    elif form == 16:
        head += struct.pack("!BH", masked | 126, size)
    else:
        head += struct.pack("!BQ", masked | 127, size)
    return head + (mask + masked_with(mask, payload) if mask else payload)


def masked_with(mask: bytes, payload: bytes) -> bytes:
    """The payload under a mask; under the same one again it is itself."""
    repeated = (mask * (len(payload) // 4 + 1))[: len(payload)]
    mixed = int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")
    return mixed.to_bytes(len(payload), "big")


def close(code: int, reason: bytes = b"") -> bytes:
    """A client's close frame."""
    return frame(Opcode.CLOSE, struct.pack("!H", code) + reason)


async def read_frame(reader: asyncio.StreamReader) -> Frame | None:
    """The server's next frame, None at the end of the stream.

    Raises:
        FrameError: it is masked or fragmented, has reserved bits or an opcode that is none, says
            its length in a longer form than it needs, or ends in the middle.
    """
    try:
        first, second = await reader.readexactly(2)
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise FrameError("the stream ends within a frame") from None
        return None
    opcode, size = first & 0xF, second & 0x7F
    if first & 0x70 or not first & 0x80 or second & 0x80 or opcode not in tuple(Opcode):
        raise FrameError(f"a frame begins with {first:08b} {second:08b}")
    if size > MOST_SHORT:
        least = MOST_SHORT if size == 126 else MOST_16_BIT
        size = int.from_bytes(await reader.readexactly(2 if least == MOST_SHORT else 8), "big")
        if size <= least or opcode & CONTROL:
            raise FrameError(f"{size} bytes of {opcode=} in too long a form")
    return Frame(opcode, await reader.readexactly(size))
