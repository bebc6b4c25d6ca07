"""Columns of the tables that people keep beside recordings, under whichever name they have."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from training.corpus_recording import Sex
from training.manifest import SPLITS, Split

EMOTION: Final = ("original", "emotion", "label", "class")
"""The first is what a manifest of ours calls a corpus's own label."""
SPEAKER: Final = ("speaker", "speaker_id", "actor")
SEX: Final = ("sex", "gender")
LANGUAGE: Final = ("language", "lang")

_SPLIT_NAMES: Final[Mapping[str, Split]] = MappingProxyType(
    {
        **dict.fromkeys(("train", "training"), SPLITS[0]),
        **dict.fromkeys(("validation", "valid", "val", "dev", "development"), SPLITS[1]),
        **dict.fromkeys(("test", "testing", "eval", "evaluation"), SPLITS[2]),
    }
)
"""What Hugging Face's ``datasets`` takes for the names of splits, and development."""


def text_of(row: Mapping[str, object], names: tuple[str, ...]) -> str:
    """The first of these columns that has something in it; empty where none has."""
    for name in names:
        value = row.get(name)
        if value is not None and str(value).strip():
            return str(value).strip()
    return ""


def split_of(word: str) -> Split | None:
    """The split that a folder or cell is about; none for any other word.

    Examples:
        >>> split_of("dev"), split_of("Test"), split_of("happy")
        ('validation', 'test', None)
    """
    return _SPLIT_NAMES.get(word.strip().lower())


def sex_of(word: str) -> Sex:
    """F, M, or empty.

    Examples:
        >>> sex_of("female"), sex_of("M"), sex_of("not told")
        ('F', 'M', '')
    """
    plain = word.strip().lower()
    if plain in {"f", "female", "woman"}:
        return "F"
    return "M" if plain in {"m", "male", "man"} else ""
