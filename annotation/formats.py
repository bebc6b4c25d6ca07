"""The formats there are, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from annotation import audacity, document, eaf, table, textgrid, webvtt
from annotation.annotation import About, Annotation, Segment
from annotation.errors import UnknownFormatError


@dataclass(frozen=True, slots=True)
class Rows:
    """How a format is written while the segments come.

    Attributes:
        begin: what stands before the first.
        row: what stands for each.
    """

    begin: Callable[[About], str]
    row: Callable[[About, Segment], str]

    def write(self, annotation: Annotation) -> str:
        """All of it at once."""
        about = annotation.about
        return self.begin(about) + "".join(self.row(about, each) for each in annotation.segments)


@dataclass(frozen=True, slots=True)
class Format:
    """One format. Its text is UTF-8 without a mark, its line ends as they stand in it.

    Attributes:
        name: for the command line.
        suffix: of its files.
        title: for people.
        write: a whole annotation as text.
        rows: how it is written segment by segment; None where the whole has to be known.
        holds_many: whether one file can hold several recordings, one after the other.
    """

    name: str
    suffix: str
    title: str
    write: Callable[[Annotation], str]
    rows: Rows | None = None
    holds_many: bool = False


def _of_rows(name: str, suffix: str, title: str, rows: Rows, *, holds_many: bool = False) -> Format:
    return Format(name, suffix, title, rows.write, rows, holds_many)


_ALL: Final = (
    _of_rows("csv", ".csv", "CSV, a row a segment", Rows(table.begin, table.row), holds_many=True),
    Format("json", ".json", "one JSON document", document.write),
    _of_rows("vtt", ".vtt", "WebVTT captions", Rows(webvtt.begin, webvtt.row)),
    _of_rows("audacity", ".txt", "Audacity labels", Rows(audacity.begin, audacity.row)),
    Format("textgrid", ".TextGrid", "Praat TextGrid", textgrid.write),
    Format("eaf", ".eaf", "ELAN annotations", eaf.write),
)
FORMATS: Final = MappingProxyType({each.name: each for each in _ALL})


def format_named(name: str) -> Format:
    """The format of this name.

    Raises:
        UnknownFormatError: there is none; the message lists those there are.

    Examples:
        >>> format_named("textgrid").suffix
        '.TextGrid'
    """
    try:
        return FORMATS[name]
    except KeyError:
        known = ", ".join(FORMATS)
        raise UnknownFormatError(f"there is no format '{name}'; choose from {known}") from None
