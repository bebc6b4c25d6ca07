"""What the server and a decoding process say to each other: a file in, frames out.

In: `REQUEST` and the file. Out: one `Kind.RATE`, `Kind.PCM` as often as there is more, then
`Kind.END` or `Kind.ERROR`; and when the process has ended, `Kind.USAGE` from the one that started
it. The server believes none of it unread: a decoder that a file took over writes what it likes.
"""

from __future__ import annotations

import struct
from enum import Enum
from typing import Final, NamedTuple

REQUEST: Final = struct.Struct("<QQ")
"""Bytes of the file, milliseconds that it may last."""
HEAD: Final = struct.Struct("<cI")
"""Of a frame: its kind, the bytes that follow."""
RATE: Final = struct.Struct("<I")
USAGE: Final = struct.Struct("<iQd")

MOST_BYTES: Final = 1 << 20
"""Of a frame; a second of PCM has a tenth of it."""


class Kind(bytes, Enum):
    """What a frame holds."""

    RATE = b"R"
    PCM = b"P"
    ERROR = b"E"
    END = b"."
    USAGE = b"U"


class Usage(NamedTuple):
    """What a decoding process took, by the kernel's account.

    Attributes:
        status: its exit code; minus the signal that ended it.
        peak_bytes: most memory that it held, what it shares with others included.
        cpu_s: processor time.
    """

    status: int
    peak_bytes: int
    cpu_s: float


def frame(kind: Kind, payload: bytes = b"") -> bytes:
    r"""A frame.

    Examples:
        >>> frame(Kind.RATE, RATE.pack(16000))
        b'R\x04\x00\x00\x00\x80>\x00\x00'
    """
    return HEAD.pack(kind.value, len(payload)) + payload
