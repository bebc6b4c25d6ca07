"""The cases of the WebSocket suite behind the handshake: every rule of RFC 6455, sections 5 to 8,
from tables, with what has to come of breaking it and of keeping it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from bench.websocket_case import Case, Reaction
from bench.websocket_frame import Opcode, close, frame

BROKEN: Final = frozenset({1002})
TOO_BIG: Final = frozenset({1009})
NOT_UTF8: Final = frozenset({1007})
DONE: Final = frozenset({1000})

UPDATED: Final = "session.updated"
CLOSED: Final = "session.closed"
UPDATE: Final = b'{"type":"session.update"}'
STOP: Final = frame(Opcode.TEXT, b'{"type":"session.stop"}')
RATE: Final = 16
"""Samples a millisecond."""

NON_CONTROL_RESERVED: Final = range(0x3, 0x8)
CONTROL_RESERVED: Final = range(0xB, 0x10)
MESSAGE_BYTES: Final = 65536
TEXT_BYTES: Final = 4096

GOOD_TEXTS: Final = ("a", "\x7f", "\x80", "ß", "\u07ff", "\u0800", "κόσμε", "\uffff", "\U00010000",
                     "\U0010ffff", "😀😀", "\ud7ff\ue000", "日本語")  # fmt: skip
BAD_UTF8: Final = (
    *(b"\x80", b"\xbf", b"\xc0\x80", b"\xc1\xbf", b"\xe0\x80\x80", b"\xe0\x9f\xbf", b"\xff"),
    *(b"\xf0\x80\x80\x80", b"\xf0\x8f\xbf\xbf", b"\xed\xa0\x80", b"\xed\xbf\xbf", b"\xfe"),
    *(b"\xf4\x90\x80\x80", b"\xf5\x80\x80\x80", b"\xc2", b"\xe1\x80", b"\xf1\x80\x80"),
    *(b"\xc2\x41", b"\xe1\x80\x41", b"\xf1\x80\x80\x41", b"\xf8\x88\x80\x80\x80"),
)
GOOD_CLOSES: Final = (*range(1000, 1004), *range(1007, 1015), 3000, 3999, 4000, 4999)
BAD_CLOSES: Final = (0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535)


def frame_cases() -> list[Case]:
    """All of them."""
    return [
        *_opcodes(),
        *_reserved_bits(),
        *_masks(),
        *_lengths(),
        *_long_forms(),
        *_fragments(),
        *_misplaced_fragments(),
        *_control(),
        *_closes(),
        *_utf8(),
    ]


def goes_on(
    group: str,
    name: str,
    *sent: bytes,
    texts: Sequence[str] = (),
    pongs: Sequence[bytes] = (),
    audio_bytes: int = 0,
) -> Case:
    """Nothing is wrong with it: the session goes on, and ends when asked to."""
    reaction = Reaction(
        close=DONE,
        pongs=tuple(pongs),
        texts=(*texts, CLOSED),
        audio_ms=audio_bytes // 2 // RATE // 20 * 20,
    )
    return Case(group, name, (*sent, STOP), reaction)


def ends(group: str, name: str, codes: frozenset[int], *sent: bytes) -> Case:
    """The server ends it with one of these codes, and takes nothing that comes behind."""
    return Case(group, name, (*sent, frame(Opcode.PING, b"behind")), Reaction(close=codes))


def note(text: str | bytes) -> bytes:
    """A message with a text that nobody reads, as its payload."""
    raw = text.encode() if isinstance(text, str) else text
    return UPDATE[:-1] + b',"note":"' + raw + b'"}'


def cut(payload: bytes, *places: int) -> list[bytes]:
    """A text in fragments."""
    edges = [0, *places, len(payload)]
    parts = [payload[a:b] for a, b in pairwise(edges)]
    return fragments(parts)


def fragments(parts: Sequence[bytes], opcode: int = Opcode.TEXT) -> list[bytes]:
    """Frames of one message."""
    last = len(parts) - 1
    return [
        frame(Opcode.CONTINUATION if i else opcode, part, fin=i == last)
        for i, part in enumerate(parts)
    ]


def _opcodes() -> Iterator[Case]:
    open_message = frame(Opcode.BINARY, bytes(320), fin=False)
    for opcode in (*NON_CONTROL_RESERVED, *CONTROL_RESERVED):
        yield ends("opcodes", f"{opcode} empty", BROKEN, frame(opcode))
        yield ends("opcodes", f"{opcode} with a payload", BROKEN, frame(opcode, b"hello"))
        yield ends("opcodes", f"{opcode} in a message", BROKEN, open_message, frame(opcode))


def _reserved_bits() -> Iterator[Case]:
    for opcode in Opcode:
        before = [frame(Opcode.TEXT, b"{", fin=False)] if opcode is Opcode.CONTINUATION else []
        for rsv in range(1, 8):
            bad = frame(opcode, rsv=rsv)
            yield ends("reserved bits", f"{rsv:03b} on {opcode.name}", BROKEN, *before, bad)


def _masks() -> Iterator[Case]:
    for opcode in Opcode:
        before = [frame(Opcode.TEXT, b"{", fin=False)] if opcode is Opcode.CONTINUATION else []
        payload = UPDATE if opcode is Opcode.TEXT else b""
        bad = frame(opcode, payload, mask=None)
        yield ends("masks", f"none on {opcode.name}", BROKEN, *before, bad)
    for mask in (bytes(4), b"\xff" * 4, b"\1\2\3\4", b"\x80\0\0\0", b"\0\0\0\1", b"{{{{"):
        text = frame(Opcode.TEXT, note("x"), mask=mask)
        yield goes_on("masks", f"{mask.hex()} on TEXT", text, texts=[UPDATED])
        ping = frame(Opcode.PING, b"hear me", mask=mask)
        yield goes_on("masks", f"{mask.hex()} on PING", ping, pongs=[b"hear me"])


def _lengths() -> Iterator[Case]:
    for size in (0, 2, 124, 126, 128, 254, 256, 65532, 65534, MESSAGE_BYTES):
        whole = frame(Opcode.BINARY, bytes(size))
        yield goes_on("lengths", f"{size} bytes of sound", whole, audio_bytes=size)
        parts = [whole[i : i + 1000] for i in range(0, len(whole), 1000)]
        yield goes_on("lengths", f"{size} bytes in pieces", *parts, audio_bytes=size)
    for size in (1, 3, 125, 127, 65535):
        odd = frame(Opcode.BINARY, bytes(size))
        yield goes_on("lengths", f"{size} bytes are not samples", odd, texts=["bad_audio"])
    for size in (125, 126, 127, 128, 1000, TEXT_BYTES - 1, TEXT_BYTES):
        text = frame(Opcode.TEXT, note("x" * (size - len(note("")))))
        yield goes_on("lengths", f"{size} bytes of text", text, texts=[UPDATED])
    for size in (TEXT_BYTES + 1, MESSAGE_BYTES):
        text = frame(Opcode.TEXT, note("x" * (size - len(note("")))))
        yield goes_on("lengths", f"{size} bytes of text are too many", text, texts=["too_big"])
    for opcode in (Opcode.BINARY, Opcode.TEXT):
        for size in (MESSAGE_BYTES + 1, MESSAGE_BYTES + 2, 2**24, 2**31, 2**32, 2**63 - 1):
            head = frame(opcode, length=size)
            yield ends("lengths", f"{size} bytes as {opcode.name}", TOO_BIG, head)
        for size in (2**63, 2**64 - 1):  # the highest bit has to be 0
            head = frame(opcode, length=size)
            yield ends("lengths", f"{size} bytes as {opcode.name}", BROKEN, head)


def _long_forms() -> Iterator[Case]:
    for opcode in (Opcode.BINARY, Opcode.TEXT, Opcode.CONTINUATION):
        before = [frame(Opcode.TEXT, b"", fin=False)] if opcode is Opcode.CONTINUATION else []
        for size, form in ((0, 16), (2, 16), (124, 16), (125, 16), (0, 64), (124, 64), (126, 64),
                           (127, 64), (65534, 64), (65535, 64)):  # fmt: skip
            name = f"{size} in {form} bits on {opcode.name}"
            bad = frame(opcode, b" " * size, form=form)
            yield ends("long forms", name, BROKEN, *before, bad)
    for opcode in (Opcode.PING, Opcode.PONG, Opcode.CLOSE):
        for form in (16, 64):
            bad = frame(opcode, b"", form=form)
            yield ends("long forms", f"0 in {form} bits on {opcode.name}", BROKEN, bad)


def _fragments() -> Iterator[Case]:
    text = note("voz")
    for count in (2, 3, 5, len(text)):
        places = [len(text) * i // count for i in range(1, count)]
        yield goes_on("fragments", f"a text in {count}", *cut(text, *places), texts=[UPDATED])
    end = len(text)
    for name, edges in {"first": (0, 9), "middle": (9, 9), "last": (9, end)}.items():
        yield goes_on("fragments", f"the {name} empty", *cut(text, *edges), texts=[UPDATED])
    sound = fragments([b""] * 4, Opcode.BINARY)
    yield goes_on("fragments", "nothing but empty ones", *sound)
    for count in (2, 7, 100):
        parts = [bytes(640)] * count
        sound = fragments(parts, Opcode.BINARY)
        yield goes_on("fragments", f"sound in {count}", *sound, audio_bytes=640 * count)
    odd = fragments([bytes(319), bytes(321)], Opcode.BINARY)
    yield goes_on("fragments", "a sample across two", *odd, audio_bytes=640)
    first, last = fragments([text[:5], text[5:]])
    for name, between, pongs in (
        ("a ping", frame(Opcode.PING, b"1"), [b"1"]),
        ("two pings", frame(Opcode.PING, b"1") + frame(Opcode.PING, b"2"), [b"1", b"2"]),
        ("a pong", frame(Opcode.PONG, b"3"), []),
        ("an empty ping", frame(Opcode.PING), [b""]),
    ):
        parts = [first, between, last]
        yield goes_on("fragments", f"{name} between", *parts, texts=[UPDATED], pongs=pongs)
    yield goes_on("fragments", "all of it in one write", first + last, texts=[UPDATED])
    halves = [bytes(40_000), bytes(40_000)]
    yield ends("fragments", "too big together", TOO_BIG, *fragments(halves, Opcode.BINARY))
    yield Case("fragments", "a close between", (first, close(1000)), Reaction(close=DONE))


def _misplaced_fragments() -> Iterator[Case]:
    group = "misplaced fragments"
    for fin in (True, False):
        for payload in (b"", b"{"):
            shown = f"{'final' if fin else 'open'}, {len(payload)} bytes"
            stray = frame(Opcode.CONTINUATION, payload, fin=fin)
            yield ends(group, f"of no message, {shown}", BROKEN, stray)
            whole = frame(Opcode.BINARY, bytes(64))
            yield ends(group, f"after a whole one, {shown}", BROKEN, whole, stray)
            two = fragments([bytes(64)] * 2, Opcode.BINARY)
            yield ends(group, f"after a cut one, {shown}", BROKEN, *two, stray)
            for begun in (b"", b"{"):
                for first, second in ((1, 1), (1, 2), (2, 1), (2, 2)):
                    name = f"{second} in {first} of {len(begun)} bytes, {shown}"
                    before = frame(first, begun, fin=False)
                    yield ends(group, name, BROKEN, before, frame(second, payload, fin=fin))


def _control() -> Iterator[Case]:
    for size in (0, 1, 2, 64, 124, 125):
        payload = bytes(range(size))
        yield goes_on("control", f"ping of {size}", frame(Opcode.PING, payload), pongs=[payload])
        yield goes_on("control", f"pong of {size}", frame(Opcode.PONG, payload))
    for payload in (b"\xff\xfe", b"\0", b"\xf0\x28\x8c\xbc"):
        yield goes_on("control", f"ping {payload.hex()}", frame(Opcode.PING, payload),
                      pongs=[payload])  # fmt: skip
    ten = [b"%d" % i for i in range(10)]
    pings = [frame(Opcode.PING, payload) for payload in ten]
    yield goes_on("control", "ten pings", *pings, pongs=ten)
    yield goes_on("control", "ten pings at once", b"".join(pings), pongs=ten)
    chopped = [bytes((byte,)) for byte in pings[0] + frame(Opcode.TEXT, UPDATE)]
    yield goes_on("control", "octet by octet", *chopped, pongs=[b"0"], texts=[UPDATED])
    for opcode in (Opcode.PING, Opcode.PONG, Opcode.CLOSE):
        for size in (126, 127, 1000, 65536):
            long = frame(opcode, bytes(size))
            yield ends("control", f"{opcode.name} of {size}", BROKEN, long)
        yield ends("control", f"{opcode.name} in parts", BROKEN, frame(opcode, fin=False))
        parts = (frame(opcode, b"", fin=False), frame(Opcode.CONTINUATION, b""))
        yield ends("control", f"{opcode.name} with its rest", BROKEN, *parts)


def _closes() -> Iterator[Case]:
    def answered(name: str, *sent: bytes) -> Case:
        return Case("close", name, sent, Reaction(close=DONE))

    yield answered("empty", frame(Opcode.CLOSE))
    yield ends("close", "half a code", BROKEN, frame(Opcode.CLOSE, b"\x03"))
    for code in GOOD_CLOSES:
        yield answered(f"{code}", close(code))
        yield answered(f"{code} with a reason", close(code, b"bye"))
    for code in BAD_CLOSES:
        yield ends("close", f"{code}", BROKEN, close(code))
        yield ends("close", f"{code} with a reason", BROKEN, close(code, b"bye"))
    for size in (1, 122, 123):
        yield answered(f"a reason of {size} bytes", close(1000, b"x" * size))
    yield answered("a reason in many scripts", close(1000, "até já, 再见 👋".encode()))
    for raw in BAD_UTF8:
        yield ends("close", f"reason {raw.hex()}", NOT_UTF8, close(1000, raw))
    for name, behind in (
        ("a text", frame(Opcode.TEXT, UPDATE)),
        ("a ping", frame(Opcode.PING)),
        ("a close", close(1001)),
        ("a broken frame", frame(0xF, rsv=7)),
    ):
        sent = (close(1000), behind)
        yield Case("close", f"{name} behind it", sent, Reaction(close=DONE, may_reset=True))


def _utf8() -> Iterator[Case]:
    for text in GOOD_TEXTS:
        payload = note(text)
        name = text.encode().hex()
        yield goes_on("utf-8", name, frame(Opcode.TEXT, payload), texts=[UPDATED])
        start = payload.index(b'note":"') + 7
        for place in range(start + 1, start + len(text.encode())):
            parts = cut(payload, place)
            yield goes_on("utf-8", f"{name} cut at {place - start}", *parts, texts=[UPDATED])
    for raw in BAD_UTF8:
        payload = note(raw)
        yield ends("utf-8", f"not {raw.hex()}", NOT_UTF8, frame(Opcode.TEXT, payload))
        alone = frame(Opcode.TEXT, raw)
        yield ends("utf-8", f"not {raw.hex()} alone", NOT_UTF8, alone)
        start = payload.index(b'note":"') + 7
        for place in range(start + 1, start + len(raw)):
            parts = cut(payload, place)
            yield ends("utf-8", f"not {raw.hex()} cut at {place - start}", NOT_UTF8, *parts)
