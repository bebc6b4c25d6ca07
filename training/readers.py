"""Readers of corpora: a name and a place in, recordings and left-out files out.

`reader_of` chooses by name and by what lies there:

* ``ravdess``, ``cremad``, ``tess``, ``savee``, ``emodb``, ``nemo``, ``ased``, ``urdu``: by file
  name (`training.name_rules`);
* ``audio-emotions``, or any folder with a folder ``Suprised`` in it: `training.kaggle_folder`;
* ``feedback``, or any folder of corrections that people consented to: `training.feedback_folder`;
* a ``.csv`` file: `training.csv_corpus`;
* any other folder: `training.audiofolder`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from training.audio_files import audio_files
from training.audiofolder import read_audiofolder
from training.corpus_recording import LeftOut, Recording
from training.corrections import CORPUS as FEEDBACK
from training.csv_corpus import read_csv_corpus
from training.feedback_folder import looks_like_feedback, read_feedback
from training.kaggle_folder import AUDIO_EMOTIONS, looks_like_kaggle, read_kaggle_folder
from training.manifest import ManifestError
from training.name_rules import NAME_RULES, UnfitNameError


class Reader(Protocol):
    """Reads one corpus.

    Args:
        name: as on the command line; what the corpus is called unless the reader knows better.
        place: a folder or file.

    Yields:
        Every audio file once, as a `Recording` or as `LeftOut`.

    Raises:
        ManifestError: there is nothing of the kind that this reader reads.
    """

    def __call__(self, name: str, place: Path, /) -> Iterator[Recording | LeftOut]:
        """Read."""
        ...


def reader_of(name: str, place: Path) -> Reader:
    """The reader for what lies at `place`.

    Raises:
        ManifestError: there is nothing at `place`.
    """
    if place.suffix.lower() == ".csv" and place.is_file():
        return read_csv_corpus
    if not place.is_dir():
        raise ManifestError(f"{name}: no folder and no .csv file at {place}")
    if name in NAME_RULES:
        return read_named_files
    if name == AUDIO_EMOTIONS or looks_like_kaggle(place):
        return read_kaggle_folder
    if name == FEEDBACK or looks_like_feedback(place):
        return read_feedback
    return read_audiofolder


def read_corpus(name: str, place: Path) -> list[Recording | LeftOut]:
    """Everything that `place` holds.

    Raises:
        ManifestError: there is nothing to read there.
    """
    found = list(reader_of(name, place)(name, place))
    if not found:
        tables = place.is_dir() and next(place.rglob("*.parquet"), None)
        hint = (
            "; it holds .parquet, which is not read: write its recordings to files"
            if tables
            else ""
        )
        raise ManifestError(f"{name}: no audio file under {place}{hint}")
    return found


def known_name(name: str) -> str:
    """The name in our spelling, where it is that of a known corpus; otherwise as it is.

    Examples:
        >>> known_name("CREMA-D"), known_name("audio_emotions"), known_name("My Own")
        ('cremad', 'audio-emotions', 'My Own')
    """
    known = {_letters(one): one for one in (*NAME_RULES, AUDIO_EMOTIONS, FEEDBACK)}
    return known.get(_letters(name), name)


def _letters(name: str) -> str:
    return "".join(c for c in name.lower() if c.isalnum())


def read_named_files(name: str, place: Path) -> Iterator[Recording | LeftOut]:
    """Read a corpus by its publisher's file names, in whatever folders its files lie."""
    rule = NAME_RULES[name]
    for path in audio_files(place):
        try:
            named = rule.read(path)
        except UnfitNameError as reason:
            yield LeftOut(path, name, str(reason))
            continue
        if named is None:
            yield LeftOut(path, name, f"its name does not fit the rule of {name} ({rule.example})")
            continue
        yield Recording(
            path,
            named.emotion,
            name,
            named.speaker,
            named.sex,
            rule.language,
            take=named.take,
        )
