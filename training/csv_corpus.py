"""A CSV manifest as one corpus among others: such as this project writes, or one made by hand."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from training.corpus_recording import LeftOut, Recording
from training.emotion_words import emotion_word
from training.manifest import ManifestError
from training.name_rules import NAME_RULES, Named, UnfitNameError
from training.table_columns import EMOTION, LANGUAGE, SEX, SPEAKER, sex_of, split_of, text_of

UNKNOWN: Final = "unknown:"
"""How the name of an unknown speaker begins in a manifest, behind the corpus's."""


def read_csv_corpus(name: str, place: Path) -> Iterator[Recording | LeftOut]:
    """Read rows with ``path`` and ``emotion`` (or ``label``); the other columns may be missing.

    Paths are taken relative to the file's folder. Where a row's corpus is one of `NAME_RULES` and
    its file is named by that rule, the rule names the speaker: so the same person has one name,
    whether the corpus comes from a manifest or from its folder.

    Raises:
        ManifestError: not a CSV, or without those two columns.
    """
    for row in read_rows(place):
        path = place.parent / row["path"]
        corpus = text_of(row, ("corpus",)) or name
        split = split_of(text_of(row, ("split",)))
        if text_of(row, ("split",)) and split is None:
            yield LeftOut(path, corpus, f"unknown split: {text_of(row, ('split',))}")
            continue
        speaker = text_of(row, SPEAKER).removeprefix(f"{corpus}:")
        named = _named(corpus, path)
        yield Recording(
            path,
            emotion_word(text_of(row, EMOTION)),
            corpus,
            named.speaker if named else None if speaker.startswith(UNKNOWN) else speaker or None,
            sex_of(text_of(row, SEX)),
            text_of(row, LANGUAGE),
            split,
            named.take if named else "",
        )


def read_rows(place: Path) -> list[dict[str, str]]:
    """The rows of a CSV with a column for the path and one for the emotion.

    Raises:
        ManifestError: it is none.
    """
    try:
        with place.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            rows = list(reader)
    except (csv.Error, UnicodeDecodeError) as error:
        raise ManifestError(f"{place} is no CSV in UTF-8: {error}") from None
    columns = set(reader.fieldnames or ())
    if "path" not in columns or not columns & set(EMOTION):
        raise ManifestError(f"{place} lacks a column path, or one of {', '.join(EMOTION)}")
    return [row for row in rows if row["path"]]


def _named(corpus: str, path: Path) -> Named | None:
    rule = NAME_RULES.get(corpus)
    try:
        return rule.read(path) if rule else None
    except UnfitNameError:
        return None
