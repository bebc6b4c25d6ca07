"""A hostile file: what it is, and what a server has to say to it."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Final, NamedTuple

import soundfile

HERE: Final = Path(__file__).parent
FILES: Final = HERE / "files"
TABLE: Final = HERE / "expected.csv"

STATUS: Final = {
    "ok": 200,
    "not_audio": 415,
    "unsupported": 415,
    "empty": 400,
    "broken": 400,
    "bad_samples": 400,
    "too_long": 413,
    "415": 415,
}
"""Of each answer."""
ANY: Final = "any"
"""Where the format leaves it open, or no format is left: any typed answer is right, and which one
it is depends on the version of libsndfile."""
UNREADABLE: Final = "415"
"""Either of the two codes of this status."""


class Case(NamedTuple):
    """One file.

    Attributes:
        name: of the file.
        content: of the file.
        code: of the answer, `ANY` or `UNREADABLE`; "ok" where it is a recording after all.
        what: is wrong with it.
    """

    name: str
    content: bytes
    code: str
    what: str


class Expected(NamedTuple):
    """A row of the table.

    Attributes:
        file: its name.
        answer: the code that the server gives, or `UNREADABLE`.
        by: the version of libsndfile whose answer this is; empty where no other is right.
        what: is wrong with it.
    """

    file: str
    answer: str
    by: str
    what: str

    def is_right(self, status: int, code: str) -> bool:
        """Whether a server may answer so."""
        if self.by not in {"", soundfile.__libsndfile_version__}:
            return STATUS.get(code) == status
        return status == STATUS[self.answer] == STATUS.get(code) and (
            code == self.answer or self.answer == UNREADABLE
        )


def read_table() -> list[Expected]:
    """What is expected of each file."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [Expected(*row) for row in list(csv.reader(file))[1:]]


def seed(name: str) -> bytes:
    """A sound file with half a second of a synthetic voice."""
    return (HERE / "seeds" / name).read_bytes()
