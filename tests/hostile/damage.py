"""Files that were right, damaged at random; the seed stands in the name."""

from __future__ import annotations

import random
from collections.abc import Iterator

from tests.hostile import wav
from tests.hostile.case import ANY, Case, seed

HEADER = 120
"""Where damage does most."""


def damaged(content: bytes, number: int) -> bytes:
    """The same bytes for the same number."""
    rng = random.Random(number)
    made = bytearray(content)
    for _ in range(rng.randint(1, 8)):
        end = min(HEADER, len(made)) if rng.random() < 0.6 else len(made)
        at = rng.randrange(end)
        match rng.randrange(5):
            case 0:
                made[at] ^= 1 << rng.randrange(8)
            case 1:
                made[at : at + 4] = rng.choice(
                    [b"\0\0\0\0", b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f"]
                )
            case 2:
                del made[at : at + rng.randint(1, 40)]
            case 3:
                made[at:at] = rng.randbytes(rng.randint(1, 40))
            case 4:
                made[at : at + 20] = made[:20]
        if not made:
            return b""
    return bytes(made)


def cases() -> Iterator[Case]:
    """All of them."""
    for number in range(10):
        for name, content in (
            ("wav", wav.wav()),
            ("flac", seed("voice.flac")[:3000]),
            ("ogg", seed("voice.ogg")),
            ("opus", seed("voice.opus")),
        ):
            yield Case(f"damage-{number}.{name}", damaged(content, number), ANY, f"seed {number}")
