"""OGG files, page by page."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

from tests.hostile.case import Case, seed
from tests.hostile.flac import crc

FIRST, LAST, CONTINUED = 2, 4, 1
STEP = 5760
"""Samples of a packet, at the 48 kHz in which Opus counts."""
U64 = (1 << 64) - 1


def page(
    packets: Sequence[bytes],
    *,
    granule: int = 0,
    serial: int = 7,
    number: int = 0,
    flags: int = 0,
    lacing: bytes | None = None,
    checksum: int | None = None,
) -> bytes:
    """A page of whole packets."""
    if lacing is None:
        lacing = b"".join(b"\xff" * (len(p) // 255) + bytes([len(p) % 255]) for p in packets)
    head = struct.pack("<4sBBQIII", b"OggS", 0, flags, granule & U64, serial, number, 0)
    content = head + bytes([len(lacing)]) + lacing + b"".join(packets)
    found = crc(content, 0x04C11DB7, 32) if checksum is None else checksum
    return content[:22] + struct.pack("<I", found) + content[26:]


def pages(content: bytes) -> list[bytes]:
    """Those of a file."""
    found = []
    at = 0
    while at < len(content):
        count = content[at + 26]
        size = 27 + count + sum(content[at + 27 : at + 27 + count])
        found.append(content[at : at + size])
        at += size
    return found


def summed(content: bytes) -> bytes:
    """A page with a sum that is right again."""
    bare = content[:22] + bytes(4) + content[26:]
    return content[:22] + struct.pack("<I", crc(bare, 0x04C11DB7, 32)) + content[26:]


def with_granule(content: bytes, granule: int) -> bytes:
    """A page that says it ends elsewhere."""
    return summed(content[:6] + struct.pack("<Q", granule & U64) + content[14:])


def with_bytes(content: bytes, at: int, new: bytes) -> bytes:
    """A page with other bytes in it, and a right sum."""
    return summed(content[:at] + new + content[at + len(new) :])


def opus_head(
    *,
    channels: int = 1,
    rate: int = 16000,
    skip: int = 0,
    gain: int = 0,
    family: int = 0,
    version: int = 1,
) -> bytes:
    """The first packet of Opus."""
    return b"OpusHead" + struct.pack("<BBHIhB", version, channels, skip, rate, gain, family)


TAGS = b"OpusTags" + struct.pack("<I", 4) + b"none" + struct.pack("<I", 0)


def opus(
    packets: Sequence[bytes], granule: int, head: bytes | None = None, tags: bytes = TAGS
) -> bytes:
    """A file of Opus packets, 200 a page; the granule is that of the last."""
    made = page([opus_head() if head is None else head], flags=FIRST) + page([tags], number=1)
    rows = [packets[at : at + 200] for at in range(0, len(packets), 200)]
    for number, row in enumerate(rows):
        is_last = number == len(rows) - 1
        end = granule if is_last else (number + 1) * 200 * STEP
        made += page(row, granule=end, number=number + 2, flags=LAST * is_last)
    return made


def cases() -> Iterator[Case]:
    """All of them."""
    for name, content, code, what in (*_opus(), *_vorbis(), *_pages(), *_codecs()):
        yield Case(f"ogg-{name}.ogg", content, code, what)


def _opus() -> Iterator[tuple[str, bytes, str, str]]:
    silence = b"\x1b\2"  # SILK, 60 ms, two of them in the packet, nothing in either
    yield "opus", opus([silence] * 10, 10 * STEP), "ok", "a second of nothing"
    yield (
        "opus-bomb",
        opus([silence] * 5020, 5020 * STEP),
        "too_long",
        "ten minutes and a bit in 15 kB",
    )
    yield (
        "opus-lied",
        opus([silence] * 5020, 48000),
        "any",
        "ten minutes and a bit, one second said",
    )
    yield "opus-said", opus([silence] * 10, 1 << 50), "any", "700 years said, one second there"
    yield "opus-negative", opus([silence] * 10, -5), "any", "ends before it begins"
    for name, head in (
        ("channels-0", opus_head(channels=0)),
        ("channels-3", opus_head(channels=3)),
        ("channels-255", opus_head(channels=255, family=255)),
        ("family-1", opus_head(channels=8, family=1)),
        ("version", opus_head(version=255)),
        ("skip", opus_head(skip=65535)),
        ("gain", opus_head(gain=32767)),
        ("rate-0", opus_head(rate=0)),
        ("rate", opus_head(rate=0xFFFFFFFF)),
        ("rate-11025", opus_head(rate=11025)),
        ("cut", b"OpusHead\1"),
    ):
        yield f"opus-{name}", opus([silence] * 10, 10 * STEP, head), "any", f"Opus: {name}"
    long = b"OpusTags" + struct.pack("<I", 0xFFFFFFFF) + bytes(8)
    yield "opus-tags", opus([silence] * 10, 10 * STEP, tags=long), "any", "a vendor of 4 GB"
    many = b"OpusTags" + struct.pack("<II", 0, 0xFFFFFFFF)
    yield "opus-tags-many", opus([silence] * 10, 10 * STEP, tags=many), "any", "four billion tags"
    yield "opus-empty", opus([b""] * 10, 10 * STEP), "any", "packets of no bytes"
    yield "opus-bad", opus([b"\xff\xff\xff\xff"] * 10, 10 * STEP), "any", "packets that are none"
    yield (
        "opus-none",
        page([opus_head()], flags=FIRST) + page([TAGS], number=1),
        "415",
        "no packets",
    )


def _vorbis() -> Iterator[tuple[str, bytes, str, str]]:
    first, second, *rest = pages(seed("voice.ogg"))
    body = second + b"".join(rest)
    start = 28  # of the packet, on a page of one
    for name, at, new in (
        ("version", 7, b"\1\0\0\0"),
        ("channels-0", 11, b"\0"),
        ("channels-9", 11, b"\x09"),
        ("channels-255", 11, b"\xff"),
        ("rate-0", 12, bytes(4)),
        ("rate", 12, b"\xff" * 4),
        ("rate-11025", 12, struct.pack("<I", 11025)),
        ("blocks", 28, b"\xff"),
        ("blocks-small", 28, b"\x11"),
        ("blocks-swapped", 28, b"\x8d"),
        ("framing", 29, b"\0"),
    ):
        content = with_bytes(first, start + at, new) + body
        code = {"rate-11025": "unsupported", "channels-9": "any"}.get(name, "any")
        yield f"vorbis-{name}", content, code, f"Vorbis: {name}"
    for at in (40, 60, 100, 300, 900, 1500, 2500, 3500):
        if at + 16 < len(second):
            content = first + with_bytes(second, at, b"\xff" * 16) + b"".join(rest)
            yield f"vorbis-setup-{at}", content, "any", f"ones in the code books, from byte {at}"
            content = first + with_bytes(second, at, bytes(16)) + b"".join(rest)
            yield f"vorbis-zeros-{at}", content, "any", f"zeros in the code books, from byte {at}"
    yield "vorbis-no-setup", first + b"".join(rest), "415", "no code books"
    yield "vorbis-first", first, "415", "the first page alone"
    yield "vorbis-tenfold", seed("voice.ogg")[:9000] * 10, "any", "ten files in one"


def _pages() -> Iterator[tuple[str, bytes, str, str]]:
    whole = seed("voice.ogg")
    found = pages(whole)
    *most, last = found
    before = b"".join(most)
    for name, granule in (
        ("0", 0),
        ("negative", -1),
        ("huge", 1 << 62),
        ("hours", 16000 * 3600 * 100),
    ):
        yield (
            f"granule-{name}",
            before + with_granule(last, granule),
            "any",
            f"ends at sample {granule}",
        )
    for size in (27, 28, 60, len(found[0]), len(whole) // 2, len(whole) - 1):
        code = "415" if size <= len(found[0]) else "any"
        yield f"cut-{size}", whole[:size], code, f"the first {size} bytes"
    yield "sum", whole[:22] + b"\0\0\0\0" + whole[26:], "any", "a first page with a wrong sum"
    sums = b"".join(p[:22] + b"\1\2\3\4" + p[26:] for p in found)
    yield "sums", sums, "415", "no sum is right"
    yield (
        "serials",
        b"".join(with_bytes(p, 14, bytes([i] * 4)) for i, p in enumerate(found)),
        "any",
        "each page of another stream",
    )
    yield "backwards", b"".join(reversed(found)), "415", "the last page first"
    yield "lacing", page([], lacing=b"\xff" * 255, flags=FIRST), "415", "64 kB said, none there"
    yield "continued", page([b"a" * 100], flags=CONTINUED) * 20, "415", "goes on from nothing"
    yield (
        "empty-pages",
        found[0] + page([]) * 500 + b"".join(found[1:]),
        "any",
        "five hundred empty pages",
    )
    yield (
        "firsts",
        b"".join(page([opus_head()], flags=FIRST, serial=i) for i in range(100)),
        "415",
        "a hundred streams at once",
    )
    yield "chain", seed("voice.opus") * 30, "any", "thirty files, one after the other"
    yield (
        "noise-between",
        b"".join(p + b"\xff" * 300 for p in found),
        "any",
        "noise between the pages",
    )
    yield "capture", b"OggS" * 2000, "415", "beginnings of pages"


def _codecs() -> Iterator[tuple[str, bytes, str, str]]:
    for name, packet in (
        ("speex", b"Speex   1.2.0" + bytes(67)),
        ("theora", b"\x80theora\3\2\1" + bytes(32)),
        ("flac", b"\x7fFLAC\1\0\0\1fLaC\0\0\0\x22" + bytes(34)),
        ("skeleton", b"fishead\0\3\0\0\0" + bytes(52)),
        ("midi", b"OggMIDI\0" + bytes(8)),
        ("kate", b"\x80kate\0\0\0" + bytes(56)),
        ("none", b"nobody knows this codec"),
    ):
        yield (
            f"codec-{name}",
            page([packet], flags=FIRST) + page([bytes(50)], number=1),
            "415",
            f"{name} in OGG",
        )
