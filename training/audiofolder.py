"""Hugging Face's audiofolder: a table beside the files, or a folder for each class.

As ``datasets`` documents it (https://huggingface.co/docs/datasets/audio_load): ``metadata.csv`` or
``metadata.jsonl`` with a column ``file_name``, relative to the table's folder; without a table, the
folder that a file lies in is its label. Folders named as splits (train, validation, dev, test, …)
say which split what is below them belongs to.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from training.audio_files import audio_files
from training.corpus_recording import LeftOut, Recording
from training.emotion_words import emotion_word
from training.manifest import ManifestError, Split
from training.table_columns import EMOTION, LANGUAGE, SEX, SPEAKER, sex_of, split_of, text_of

TABLES: Final = ("metadata.csv", "metadata.jsonl")


def read_audiofolder(name: str, place: Path) -> Iterator[Recording | LeftOut]:
    """Read what the tables list; where there is no table, read the class folders.

    Columns: ``emotion`` (or ``label``, ``class``); where there are, ``speaker`` (``speaker_id``,
    ``actor``), ``sex`` (``gender``), ``language``, ``split``. In class folders, nothing tells the
    speaker.

    Raises:
        ManifestError: a table is not what its name says, or has no ``file_name``.
    """
    tables = sorted(path for table in TABLES for path in place.rglob(table))
    if tables:
        yield from _by_tables(name, place, tables)
    else:
        yield from _by_folders(name, place)


def _by_tables(name: str, place: Path, tables: list[Path]) -> Iterator[Recording | LeftOut]:
    listed = set()
    for table in tables:
        for row in _rows(table):
            # By name alone: in the Hub's cache, every file is a link to somewhere else.
            path = Path(os.path.normpath(table.parent / str(row["file_name"])))
            listed.add(path)
            if not path.is_relative_to(os.path.normpath(place)):
                yield LeftOut(path, name, "listed, but outside the folder")
                continue
            yield Recording(
                path,
                emotion_word(text_of(row, EMOTION)),
                name,
                text_of(row, SPEAKER) or None,
                sex_of(text_of(row, SEX)),
                text_of(row, LANGUAGE),
                split_of(text_of(row, ("split",))) or _split(path, place),
            )
    for path in audio_files(place):
        if Path(os.path.normpath(path)) not in listed:
            yield LeftOut(path, name, "there, but in no metadata table")


def _by_folders(name: str, place: Path) -> Iterator[Recording | LeftOut]:
    for path in audio_files(place):
        if path.parent == place or split_of(path.parent.name):
            yield LeftOut(
                path, name, "no label: in no class folder, and there is no metadata table"
            )
        else:
            yield Recording(
                path,
                emotion_word(path.parent.name),
                name,
                split=_split(Path(os.path.normpath(path)), place),
            )


def _split(path: Path, place: Path) -> Split | None:
    parents = path.relative_to(os.path.normpath(place)).parent.parts
    return next((split for split in map(split_of, parents) if split), None)


def _rows(table: Path) -> list[dict[str, object]]:
    try:
        text = io.StringIO(table.read_text(encoding="utf-8-sig"), newline="")
        rows: list[dict[str, object]]
        if table.suffix == ".csv":
            rows = [dict(row) for row in csv.DictReader(text)]
        else:
            rows = [json.loads(line) for line in text if line.strip()]
    except (csv.Error, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ManifestError(f"{table} is no {table.suffix[1:].upper()} in UTF-8: {error}") from None
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict) or not row.get("file_name"):
            raise ManifestError(f"{table}: row {number} has no file_name")
    return rows
