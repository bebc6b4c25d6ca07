"""FLAC files, bit by bit: a few bytes say a million samples here."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from tests.hostile.case import Case, seed

MAGIC = b"fLaC"
BLOCK = 65535
"""Samples in the largest frame."""


class Bits:
    """A writer of bits, the highest first."""

    def __init__(self) -> None:
        self.value, self.count = 0, 0

    def put(self, value: int, count: int) -> Bits:
        """Write the lowest `count` bits of a value."""
        self.value = self.value << count | value & ((1 << count) - 1)
        self.count += count
        return self

    def to_bytes(self) -> bytes:
        """Everything, filled up with zeros."""
        spare = -self.count % 8
        return (self.value << spare).to_bytes((self.count + spare) // 8, "big")


def crc(content: bytes, polynomial: int, width: int) -> int:
    """A cyclic redundancy check, as FLAC and OGG have it."""
    register, top = 0, 1 << width
    for byte in content:
        register ^= byte << width - 8
        for _ in range(8):
            register <<= 1
            if register & top:
                register ^= top | polynomial
    return register


def metadata(kind: int, body: bytes, *, last: bool = False, size: int | None = None) -> bytes:
    """A block of metadata; its size may be a lie."""
    return (
        struct.pack(
            ">I", (0x80 if last else 0) << 24 | kind << 24 | (len(body) if size is None else size)
        )
        + body
    )


def info(
    samples: int,
    *,
    rate: int = 16000,
    channels: int = 1,
    bits: int = 16,
    least: int = BLOCK,
    most: int = BLOCK,
    last: bool = True,
) -> bytes:
    """STREAMINFO."""
    sizes = Bits().put(least, 16).put(most, 16).put(0, 24).put(0, 24)
    sizes.put(rate, 20).put(channels - 1, 3).put(bits - 1, 5).put(samples, 36)
    return metadata(0, sizes.to_bytes() + bytes(16), last=last)


def frame(
    number: int,
    subframe: Bits | None = None,
    *,
    size: int = BLOCK,
    channels: int = 1,
    rate_code: int = 0,
    bits_code: int = 0,
    header_crc: int | None = None,
    body_crc: int | None = None,
) -> bytes:
    """A frame; without a sub-frame each channel is one value for all of it."""
    head = Bits().put(0b11111111111110, 14).put(0, 2).put(0b0111, 4).put(rate_code, 4)
    head.put(channels - 1, 4).put(bits_code, 3).put(0, 1)
    for byte in chr(number).encode("utf-8", "surrogatepass"):
        head.put(byte, 8)
    header = head.put(size - 1, 16).to_bytes()
    header += bytes([crc(header, 0x07, 8) if header_crc is None else header_crc])
    body = Bits()
    for _ in range(channels):
        if subframe:
            body.put(subframe.value, subframe.count)
        else:
            body.put(0, 8).put(100, 16)
    content = header + body.to_bytes()
    return content + struct.pack(">H", crc(content, 0x8005, 16) if body_crc is None else body_crc)


def constant(
    frames: int,
    *,
    channels: int = 1,
    samples: int | None = None,
    rate: int = 16000,
    size: int = BLOCK,
) -> bytes:
    """A file of frames that each hold one value."""
    said = frames * size if samples is None else samples
    body = b"".join(frame(number, channels=channels, size=size) for number in range(frames))
    return MAGIC + info(said, channels=channels, rate=rate, least=size, most=size) + body


def cases() -> Iterator[Case]:
    """All of them."""
    for name, content, code, what in (*_bombs(), *_info(), *_metadata(), *_frames(), *_cut()):
        yield Case(f"flac-{name}.flac", content, code, what)


def _bombs() -> Iterator[tuple[str, bytes, str, str]]:
    yield "constant", constant(1, size=4096), "ok", "4096 times one value, in 60 bytes"
    yield "bomb", constant(150), "too_long", "ten minutes and a bit in 2 kB"
    yield (
        "bomb-8",
        constant(300, channels=8, rate=48000, samples=48000 * 601),
        "too_long",
        "eight channels",
    )
    yield "bomb-said", MAGIC + info((1 << 36) - 1) + frame(0), "too_long", "49 days said, 4 s there"
    yield "bomb-lied", constant(150, samples=16000), "any", "ten minutes and a bit, one second said"
    lied = constant(300, channels=8, rate=48000, samples=48000)
    yield "bomb-lied-8", lied, "any", "eight channels for minutes, one second said"
    yield (
        "more-said",
        constant(2, samples=BLOCK * 100),
        "broken",
        "a hundred frames said, two there",
    )
    yield "unknown", constant(2, samples=0), "unsupported", "does not say how long it is"
    yield "unknown-bomb", constant(150, samples=0), "unsupported", "nor that it is too long"


def _info() -> Iterator[tuple[str, bytes, str, str]]:
    body = frame(0, size=4096)
    for rate in (0, 1, 11025, 44101, 96000, 655350, (1 << 20) - 1):
        code = "any" if rate in {0, 1, (1 << 20) - 1} else "unsupported"
        yield f"rate-{rate}", MAGIC + info(4096, rate=rate) + body, code, f"{rate} Hz"
    for bits in (1, 4, 12, 20, 32):
        yield (
            f"bits-{bits}",
            MAGIC + info(4096, bits=bits) + body,
            "any",
            f"{bits} bits said, 16 there",
        )
    yield "channels", MAGIC + info(4096, channels=8) + body, "any", "eight channels said, one there"
    for least, most in ((0, 0), (1, 1), (65535, 16), (16, 16)):
        content = MAGIC + info(4096, least=least, most=most) + body
        yield f"blocks-{least}-{most}", content, "any", f"frames of {least} to {most} samples"
    twice = MAGIC + info(4096, last=False) + info(99999, rate=44100, channels=2) + body
    yield "info-twice", twice, "any", "two stream infos"
    yield "info-none", MAGIC + metadata(4, bytes(8), last=True) + body, "415", "no stream info"
    yield (
        "info-short",
        MAGIC + metadata(0, bytes(10), last=True) + body,
        "415",
        "a short stream info",
    )
    yield (
        "info-huge",
        MAGIC + metadata(0, bytes(34), last=True, size=0xFFFFFF),
        "415",
        "a stream info of 16 MB",
    )
    yield (
        "info-zero",
        MAGIC + metadata(0, bytes(34), last=True) + body,
        "415",
        "a stream info of zeros",
    )


def _metadata() -> Iterator[tuple[str, bytes, str, str]]:
    head, body = MAGIC + info(4096, least=4096, most=4096, last=False), frame(0, size=4096)
    count = struct.pack("<I", 4) + b"none" + struct.pack("<I", 0xFFFFFFFF)
    long = struct.pack("<I", 0xFFFFFFFF) + bytes(16)
    lines = struct.pack("<I", 0) + struct.pack("<I", 2000) + (struct.pack("<I", 3) + b"A=B") * 2000
    picture = struct.pack(">II", 3, 0x7FFFFFFF) + bytes(64)
    for name, kind, content, what in (
        ("comments", 4, count, "four billion comments"),
        ("comment-long", 4, long, "a comment of 4 GB"),
        ("comments-many", 4, lines, "two thousand comments"),
        ("picture", 6, picture, "a picture of 2 GB"),
        ("seek", 3, b"\xff" * 180, "a seek table that points nowhere"),
        ("seek-odd", 3, b"\0" * 17, "a seek table with half a point"),
        ("cue", 5, b"\xff" * 396, "a cue sheet of 255 tracks"),
        ("application", 2, b"", "an application without a name"),
        ("reserved", 126, b"\xff" * 40, "a reserved block"),
        ("invalid", 127, b"\xff" * 40, "the forbidden block"),
    ):
        yield f"{name}", head + metadata(kind, content, last=True) + body, "any", what
    for kind in (1, 2, 3, 4, 5, 6):
        content = head + metadata(kind, bytes(40), last=True, size=0xFFFFFF) + body
        yield f"size-{kind}", content, "any", f"a block {kind} of 16 MB"
    yield (
        "padding",
        head + metadata(1, b"") * 3000 + metadata(1, b"", last=True) + body,
        "ok",
        "padding, 3000 times",
    )
    yield "endless", head + metadata(1, bytes(8)) * 100, "any", "no block is the last"


def _frames() -> Iterator[tuple[str, bytes, str, str]]:
    head = MAGIC + info(4096, least=4096, most=4096)
    for name, content, what in (
        ("crc8", frame(0, size=4096, header_crc=1), "a header with a wrong sum"),
        ("crc16", frame(0, size=4096, body_crc=1), "a frame with a wrong sum"),
        ("rate-code", frame(0, size=4096, rate_code=15), "a forbidden rate"),
        ("rate-change", frame(0, size=4096, rate_code=10), "a frame of another rate"),
        ("bits-code", frame(0, size=4096, bits_code=3), "a reserved width"),
        ("bits-change", frame(0, size=4096, bits_code=6), "a frame of another width"),
        ("channels-change", frame(0, size=4096, channels=8), "a frame of eight channels"),
        ("number", frame(0x10FFFF, size=4096), "the millionth frame first"),
        ("surrogate", frame(0xD800, size=4096), "a frame number that is half a letter"),
        (
            "reserved",
            frame(0, Bits().put(0b00000100, 8).put(0, 64), size=4096),
            "a reserved sub-frame",
        ),
        (
            "lpc",
            frame(0, Bits().put(0b01111110, 8).put(-1, 64), size=4096),
            "32 coefficients, none there",
        ),
        (
            "rice",
            frame(0, Bits().put(0b00010000, 8).put(0, 8).put(0xFFFF, 16), size=4096),
            "a residual of ones",
        ),
        (
            "unary",
            frame(0, Bits().put(0b00010000, 8).put(0, 8000), size=4096),
            "a number of 8000 zeros",
        ),
        (
            "wasted",
            frame(0, Bits().put(1, 8).put(0, 400).put(1, 1), size=4096),
            "four hundred wasted bits",
        ),
        (
            "verbatim",
            frame(0, Bits().put(2, 8).put(0, 100), size=4096),
            "verbatim samples that are not there",
        ),
    ):
        code = "ok" if name == "number" else "any"
        yield f"frame-{name}", head + content, code, what
    yield "frame-none", head, "broken", "no frame"
    yield "frame-noise", head + b"\xff\xf8" * 500, "broken", "beginnings of frames"


def _cut() -> Iterator[tuple[str, bytes, str, str]]:
    whole = seed("voice.flac")
    yield "cut-header", whole[:30], "415", "the first 30 bytes"
    yield "cut-half", whole[: len(whole) // 2], "broken", "the first half"
    yield "cut-end", whole[:-20], "broken", "all but the end"
    yield "tail", whole[:4096] + b"\xff" * 2048, "broken", "the first half, then ones"
    yield "twice", constant(1, size=4096) * 3, "any", "three files in one"
