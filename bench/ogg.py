"""The checksums of an Ogg stream (RFC 3533): a changed page is passed over without them."""

from __future__ import annotations

from typing import Final

CAPTURE: Final = b"OggS"
HEAD: Final = 27
"""Bytes of a page's head before its table of segments."""
SUM: Final = slice(22, 26)
POLYNOMIAL: Final = 0x04C11DB7


def is_ogg(content: bytes) -> bool:
    """Whether it begins as an Ogg stream does."""
    return content.startswith(CAPTURE)


def with_checksums(content: bytes) -> bytes:
    """The same with a right checksum in each page that can be told."""
    stream = bytearray(content)
    at = stream.find(CAPTURE)
    while at >= 0 and at + HEAD <= len(stream):
        segments = stream[at + HEAD : at + HEAD + stream[at + 26]]
        end = at + HEAD + len(segments) + sum(segments)
        page = stream[at:end]
        page[SUM] = bytes(4)
        stream[at + SUM.start : at + SUM.stop] = checksum(bytes(page)).to_bytes(4, "little")
        at = stream.find(CAPTURE, end)
    return bytes(stream)


def checksum(data: bytes) -> int:
    """Of a page with zeros where it stands.

    Examples:
        >>> hex(checksum(b"OggS"))
        '0x5fb0a94f'
    """
    value = 0
    for byte in data:
        value = (value << 8 & 0xFFFFFFFF) ^ TABLE[value >> 24 ^ byte]
    return value


def _entry(byte: int) -> int:
    value = byte << 24
    for _ in range(8):
        value = (value << 1 ^ (POLYNOMIAL if value & 0x80000000 else 0)) & 0xFFFFFFFF
    return value


TABLE: Final = tuple(_entry(byte) for byte in range(256))
