"""RIFF files, byte by byte."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator

from tests.hostile.case import Case

PCM, ADPCM, FLOAT, ALAW, ULAW, GSM, MP3, EXTENSIBLE = 1, 2, 3, 6, 7, 0x31, 0x55, 0xFFFE
TONE = b"".join(
    struct.pack("<h", round(9000 * math.sin(i / 7) * math.sin(i / 900))) for i in range(1600)
)
"""A tenth of a second."""
U32 = 0xFFFFFFFF
GUID = bytes.fromhex("0000000000001000800000aa00389b71")[2:]


def chunk(name: bytes, body: bytes, size: int | None = None) -> bytes:
    """A chunk; its size may be a lie."""
    return (
        name
        + struct.pack("<I", len(body) if size is None else size)
        + body
        + b"\0" * (len(body) % 2)
    )


def fmt(
    tag: int = PCM,
    channels: int = 1,
    rate: int = 16000,
    bits: int = 16,
    *,
    align: int | None = None,
    per_second: int | None = None,
    more: bytes = b"",
    size: int | None = None,
) -> bytes:
    """The format chunk."""
    align = min(channels * (bits // 8), 65535) if align is None else align
    per_second = rate * align & U32 if per_second is None else per_second
    return chunk(
        b"fmt ", struct.pack("<HHIIHH", tag, channels, rate, per_second, align, bits) + more, size
    )


def riff(*chunks: bytes, size: int | None = None, kind: bytes = b"WAVE") -> bytes:
    """A file of chunks."""
    body = kind + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body) if size is None else size) + body


def wav(form: bytes = fmt(), data: bytes = TONE, *more: bytes) -> bytes:
    """A file with one format and its samples."""
    return riff(form, *more, chunk(b"data", data))


def floats(*values: float, form: str = "f") -> bytes:
    """A file of floats; 32 bits each, 64 with "d"."""
    bits = struct.calcsize(form) * 8
    return wav(fmt(FLOAT, bits=bits), struct.pack(f"<{len(values)}{form}", *values))


def cases() -> Iterator[Case]:
    """All of them."""
    for name, content, code, what in (*_formats(), *_rates(), *_sizes(), *_samples(), *_chunks()):
        yield Case(f"wav-{name}.wav", content, code, what)


def _rates() -> Iterator[tuple[str, bytes, str, str]]:
    for rate in (0, 1, 7999, 8001, 11025, 44101, 88200, 96000, 192000, 1 << 20, 0x7FFFFFFF, U32):
        code = "not_audio" if rate in {0, U32} else "unsupported"
        yield f"rate-{rate}", wav(fmt(rate=rate)), code, f"{rate} Hz"
    lie = fmt(per_second=U32)
    yield "rate-bytes", wav(lie), "ok", "bytes a second that are none of its rate"
    yield "rate-bytes-0", wav(fmt(per_second=0)), "ok", "no bytes a second"


def _formats() -> Iterator[tuple[str, bytes, str, str]]:
    for channels in (0, 9, 255, 1025, 65535):
        code = "not_audio" if channels in {0, 1025, 65535} else "unsupported"
        yield f"channels-{channels}", wav(fmt(channels=channels)), code, f"{channels} channels"
    for bits in (0, 1, 3, 7, 12, 20, 33, 63, 255, 65535):
        code = "any" if 0 < bits < 33 else "415"
        yield f"bits-{bits}", wav(fmt(bits=bits, align=2)), code, f"{bits} bits a sample"
    for align in (0, 1, 3, 65535):
        yield f"align-{align}", wav(fmt(align=align)), "any", f"blocks of {align} bytes"
    for name, tag, bits in (
        ("adpcm", ADPCM, 4),
        ("ima", 0x11, 4),
        ("gsm", GSM, 0),
        ("mpeg", 0x50, 0),
        ("mp3", MP3, 0),
        ("g721", 0x40, 4),
        ("none", 0, 16),
        ("private", 0xFFFF, 16),
        ("opus", 0x704F, 16),
    ):
        content = wav(fmt(tag, bits=bits, align=1, more=bytes(2)))
        yield f"codec-{name}", content, "any" if name in {"none"} else "415", f"codec {tag:#x}"
    for name, align, samples in (("0", 0, 0), ("huge", 65535, 65535), ("lie", 256, 1)):
        more = struct.pack("<HHH", 32, samples, 7) + bytes(28)
        content = wav(fmt(ADPCM, bits=4, align=align, more=more))
        yield f"adpcm-block-{name}", content, "415", "ADPCM with blocks that cannot be"
    guid = struct.pack("<HHIH", 22, 16, 4, PCM) + GUID
    yield "extensible", wav(fmt(EXTENSIBLE, more=guid)), "ok", "extensible, as it should be"
    bad = struct.pack("<HHI", 22, 16, 4) + b"\xff" * 16
    yield "extensible-guid", wav(fmt(EXTENSIBLE, more=bad)), "415", "a codec without a name"
    yield "extensible-cut", wav(fmt(EXTENSIBLE, more=b"\x16\0")), "415", "extensible without more"
    mask = struct.pack("<HHIH", 22, 16, U32, PCM) + GUID
    yield "extensible-mask", wav(fmt(EXTENSIBLE, more=mask)), "any", "32 speakers, one channel"
    yield "ulaw", wav(fmt(ULAW, bits=8), TONE), "ok", "µ-law, any byte is a sample"
    yield "alaw-16", wav(fmt(ALAW, bits=16), TONE), "any", "A-law of 16 bits"
    yield "float-16", wav(fmt(FLOAT, bits=16), TONE), "415", "floats of 16 bits"
    yield "float-24", wav(fmt(FLOAT, bits=24, align=3), TONE), "any", "floats of 24 bits"


def _sizes() -> Iterator[tuple[str, bytes, str, str]]:
    yield "empty", wav(data=b""), "empty", "no samples"
    yield "one-sample", wav(data=b"\1\0"), "ok", "one sample"
    yield "half-sample", wav(data=b"\1"), "any", "half a sample"
    yield "odd", wav(data=TONE[:-1]), "ok", "a last sample of one byte"
    for name, size in (
        ("0", 0),
        ("short", 100),
        ("2g", 0x7FFFFFFF),
        ("2g-1", 0x80000000),
        ("4g", U32),
    ):
        content = riff(fmt(), chunk(b"data", TONE, size))
        code = "empty" if size == 0 else "ok"
        yield f"data-size-{name}", content, code, f"says that it has {size} bytes of samples"
        content = riff(fmt(), chunk(b"data", TONE), size=size)
        yield f"riff-size-{name}", content, "ok", f"says that it has {size} bytes in all"
    for name, size in (
        ("0", 0),
        ("8", 8),
        ("15", 15),
        ("1000", 1000),
        ("4g", U32),
        ("2g", 0x7FFFFFFF),
    ):
        content = riff(fmt(size=size), chunk(b"data", TONE))
        yield (
            f"fmt-size-{name}",
            content,
            "415" if size < 16 else "any",
            f"a format of {size} bytes",
        )
    yield "no-fmt", riff(chunk(b"data", TONE)), "not_audio", "no format"
    yield "no-data", riff(fmt()), "415", "no samples, not even none"
    yield "fmt-last", riff(chunk(b"data", TONE), fmt()), "not_audio", "the format after the samples"
    twice = riff(fmt(), fmt(rate=44100, channels=8), chunk(b"data", TONE))
    yield "fmt-twice", twice, "any", "two formats"
    yield (
        "data-twice",
        riff(fmt(), chunk(b"data", TONE), chunk(b"data", TONE)),
        "any",
        "samples twice",
    )
    whole = wav()
    for size in (5, 12, 16, 20, 30, 36, 40, 43):
        yield (
            f"cut-{size}",
            whole[:size],
            "415" if size < 40 else "any",
            f"the first {size} bytes of a file",
        )
    header_alone = riff(fmt(channels=8, rate=48000), chunk(b"data", b"", 0x7FFFFF00))
    yield "promise", header_alone, "empty", "two gigabytes promised, none sent"


def _samples() -> Iterator[tuple[str, bytes, str, str]]:
    nan, inf = math.nan, math.inf
    for form, name in (("f", "float"), ("d", "double")):
        yield f"{name}-nan", floats(0.0, nan, form=form), "bad_samples", "a sample is no number"
        yield f"{name}-inf", floats(0.0, inf, form=form), "bad_samples", "a sample is infinite"
        yield f"{name}-minus-inf", floats(-inf, 0.0, form=form), "bad_samples", "minus infinity"
        huge = (1e38, -1e38) if form == "f" else (1e308, -1e308)
        yield f"{name}-huge", floats(*huge * 50, form=form), "ok", "samples a few worlds too loud"
        small = (1e-45, -1e-45) if form == "f" else (5e-324, -5e-324)
        yield f"{name}-denormal", floats(*small * 800, form=form), "ok", "samples next to nothing"
    last = floats(*[0.1] * 20000, nan)
    yield "float-nan-last", last, "bad_samples", "the very last sample is no number"
    data = struct.pack("<8f", *[0.1, 0.1] * 3, 0.1, nan)
    content = wav(fmt(FLOAT, channels=2, bits=32), data)
    yield "float-nan-right", content, "bad_samples", "no number in the second channel"
    signalling = wav(fmt(FLOAT, bits=32), bytes.fromhex("0100807f") * 4)
    yield "float-nan-signalling", signalling, "bad_samples", "a signalling NaN"
    payload = wav(fmt(FLOAT, bits=64), bytes.fromhex("efbeaddeefbef87f") * 4)
    yield "double-nan-payload", payload, "bad_samples", "a NaN that carries a message"
    yield "loud", wav(data=b"\xff\x7f\0\x80" * 4000), "ok", "full scale, sample by sample"
    yield "eight-channels", wav(fmt(channels=8), TONE), "ok", "eight channels"


def _chunks() -> Iterator[tuple[str, bytes, str, str]]:
    names = b"LIST cue  smpl inst PEAK fact bext cart id3  DISP acid ds64 JUNK PAD  iXML SAUR afsp"
    for at in range(0, len(names), 5):
        name = names[at : at + 4]
        shown = name.decode().strip()
        lie = wav(fmt(), TONE, chunk(name, b"\xff" * 64))
        yield f"chunk-{shown}-ff", lie, "any", f"a {shown} chunk full of ones"
        huge = riff(fmt(), chunk(name, b"\xff" * 64, 0x7FFFFFF0), chunk(b"data", TONE))
        yield f"chunk-{shown}-huge", huge, "any", f"a {shown} chunk of two gigabytes"
    many = wav(fmt(), TONE, *[chunk(b"JUNK", b"")] * 6000)
    yield "chunks-6000", many, "any", "six thousand chunks with nothing in them"
    unknown = wav(fmt(), TONE, *[chunk(b"\xff\xfe\0\1", b"ab")] * 50)
    yield "chunks-unprintable", unknown, "any", "chunks with names that nobody can read"
    nested = b""
    for _ in range(200):
        nested = chunk(b"LIST", b"INFO" + nested)
    yield "chunks-nested", wav(fmt(), TONE, nested), "any", "200 lists in each other"
    text = chunk(b"LIST", b"INFO" + chunk(b"INAM", b"<script>alert(1)</script>\0"))
    yield "chunk-script", wav(fmt(), TONE, text), "ok", "a title that is a script"
    cue = chunk(b"cue ", struct.pack("<I", 0x0FFFFFFF) + bytes(48))
    yield "cue-count", wav(fmt(), TONE, cue), "any", "a quarter of a billion cue points"
    loops = chunk(b"smpl", struct.pack("<9I", 0, 0, 0, 60, 0, 0, 0, U32, U32) + bytes(24))
    yield "smpl-loops", wav(fmt(), TONE, loops), "any", "four billion loops"
