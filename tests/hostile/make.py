"""Writes the hostile files and their table: ``python -m tests.hostile.make``."""

from __future__ import annotations

import csv
from collections.abc import Iterator

import soundfile

from server.decoder import Decoder
from server.recording import MAX_MS, RecordingError
from tests.hostile import damage, flac, ogg, other, wav
from tests.hostile.case import ANY, FILES, TABLE, Case, Expected


def cases() -> Iterator[Case]:
    """Every hostile file."""
    for module in (wav, flac, ogg, other, damage):
        yield from module.cases()


def main() -> None:
    """Write them anew, and take away those that are no more."""
    FILES.mkdir(exist_ok=True)
    for path in FILES.iterdir():
        path.unlink()
    decoder = Decoder()
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(Expected._fields)
        for case in cases():
            (FILES / case.name).write_bytes(case.content)
            table.writerow(_expected(case, decoder))
    decoder.close()


def _expected(case: Case, decoder: Decoder) -> Expected:
    """What is right; where that is left open, what this version of libsndfile makes of it."""
    if case.code != ANY:
        return Expected(case.name, case.code, "", case.what)
    try:
        decoder.decode(case.content, max_ms=MAX_MS)
        answer = "ok"
    except RecordingError as error:
        answer = str(error.code)
    return Expected(case.name, answer, str(soundfile.__libsndfile_version__), case.what)


if __name__ == "__main__":
    main()
