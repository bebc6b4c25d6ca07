"""Inputs made of others by small changes, the same for the same seed: bytes, texts and JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from random import Random
from typing import Any, Final, TypeAlias

Change: TypeAlias = Callable[[bytearray, Random], None]

NUMBERS: Final = (0, 1, -1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000)
"""At these, widths and signs go wrong."""

TOKENS: Final = (
    *(b"{", b"}", b"[", b"]", b'"', b"\\", b"\\u0000", b"\\ud800", b",", b":", b"null", b"NaN"),
    *(b"1e999", b"-0", b"-1", b"1.5", b"Infinity", b"9" * 30, b"true", b'""', b"[" * 100, b"\xff"),
)
VALUES: Final[tuple[Any, ...]] = (
    *(None, True, False, 0, -1, 1, 2**31, 2**53, 2**63, 2**64, -(2**63), 10**40, 1.5, -0.0, 1e308),
    *("", "x", "0", "16000", "\x00", "\ud800", "\udfff\ud800", "😀", "x" * 65, "x" * 1025),
    *([], {}, [[]], [1, 2], {"a": 1}, {"type": "session.start"}, 16000, 8000, 20, 3000, 60_001),
)
MOST_CHANGES: Final = 4
MOST_BYTES: Final = 1 << 20


def mutate(data: bytes, rng: Random, others: Sequence[bytes] = ()) -> bytes:
    """A few changes of some bytes.

    Args:
        data: to begin with.
        rng: where chance comes from.
        others: parts of which may be put in.
    """
    changed = bytearray(data)
    for _ in range(rng.randint(1, MOST_CHANGES)):
        if others and rng.random() < 0.15:
            _splice(changed, rng, rng.choice(others))
        else:
            rng.choice(CHANGES)(changed, rng)
    return bytes(changed[:MOST_BYTES])


def mutate_json(text: str, rng: Random) -> str:
    """A value of a JSON text put in the place of another one, taken out, or doubled."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    places = list(_places(value))
    if not places:
        return json.dumps(rng.choice(VALUES))
    for _ in range(rng.randint(1, MOST_CHANGES)):
        container, key = rng.choice(places)
        _change(container, key, rng)
    return json.dumps(value, ensure_ascii=rng.random() < 0.5)


def mutate_text(text: str, rng: Random, others: Sequence[bytes] = ()) -> str:
    """A text as a WebSocket would bring it: whatever was changed, it is UTF-8."""
    if rng.random() < 0.7:
        text = mutate_json(text, rng)
    if rng.random() < 0.4:
        changed = mutate(text.encode("utf-8", "replace"), rng, others)
        return changed.decode("utf-8", "replace")
    return text.encode("utf-8", "replace").decode()


def _places(value: Any) -> Any:
    if isinstance(value, dict):
        for key, item in value.items():
            yield value, key
            yield from _places(item)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield value, index
            yield from _places(item)


def _change(container: Any, key: Any, rng: Random) -> None:
    try:
        match rng.randrange(5):
            case 0:
                del container[key]
            case 1:
                container[key] = [container[key]]
            case 2 if isinstance(container, dict):
                container[rng.choice(("type", "vad", "resume", "token", "", "\ud800"))] = container[
                    key
                ]
            case 3 if isinstance(container[key], int):
                container[key] += rng.choice((-1, 1, 1000, -1000))
            case _:
                container[key] = rng.choice(VALUES)
    except (KeyError, IndexError):  # an earlier change took it out
        return


def _span(data: bytearray, rng: Random) -> tuple[int, int]:
    begin = rng.randint(0, len(data))
    return begin, min(len(data), begin + rng.choice((1, 2, 4, 8, 64, 1024)))


def _splice(data: bytearray, rng: Random, other: bytes) -> None:
    begin, end = _span(data, rng)
    first, last = _span(bytearray(other), rng)
    data[begin:end] = other[first:last]


def _flip(data: bytearray, rng: Random) -> None:
    if data:
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def _overwrite(data: bytearray, rng: Random) -> None:
    if data:
        data[rng.randrange(len(data))] = rng.randrange(256)


def _delete(data: bytearray, rng: Random) -> None:
    begin, end = _span(data, rng)
    del data[begin:end]


def _double(data: bytearray, rng: Random) -> None:
    begin, end = _span(data, rng)
    data[end:end] = data[begin:end] * rng.choice((1, 1, 2, 16))


def _cut(data: bytearray, rng: Random) -> None:
    del data[rng.randint(0, len(data)) :]


def _put_token(data: bytearray, rng: Random) -> None:
    at = rng.randint(0, len(data))
    data[at:at] = rng.choice(TOKENS)


def _put_number(data: bytearray, rng: Random) -> None:
    size = rng.choice((1, 2, 4, 8))
    number = (rng.choice(NUMBERS) + rng.choice((-1, 0, 1))) % (1 << 8 * size)
    at = rng.randint(0, max(0, len(data) - size))
    data[at : at + size] = number.to_bytes(size, rng.choice(("little", "big")))


CHANGES: Final[tuple[Change, ...]] = (
    *(_flip, _flip, _overwrite, _delete, _double, _cut, _put_token, _put_number, _put_number),
)
