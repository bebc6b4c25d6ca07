"""The levels that Praat and ELAN show above each other."""

from __future__ import annotations

from dataclasses import dataclass

from annotation.annotation import Annotation
from annotation.notation import one_line, share


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch of time with a text."""

    start_ms: int
    end_ms: int
    text: str


@dataclass(frozen=True, slots=True)
class Tier:
    """A level: its name, and an interval for each utterance or for each segment."""

    name: str
    intervals: tuple[Interval, ...]


def tiers(annotation: Annotation) -> list[Tier]:
    """``utterance`` (numbered from 1), ``emotion`` (the label, or why there is none) and
    ``confidence``; behind them ``correction`` and ``note`` where a person has given any.
    """
    utterances = tuple(
        Interval(segments[0].start_ms, segments[-1].end_ms, str(number))
        for number, segments in enumerate(annotation.utterances, 1)
    )
    texts: dict[str, list[str]] = {
        "emotion": [segment.word for segment in annotation.segments],
        "confidence": [share(segment.confidence, 2) for segment in annotation.segments],
    }
    said = {
        "correction": [one_line(segment.correction) for segment in annotation.segments],
        "note": [one_line(segment.note) for segment in annotation.segments],
    }
    texts |= {name: values for name, values in said.items() if any(values)}
    return [
        Tier("utterance", utterances),
        *(Tier(name, _intervals(annotation, values)) for name, values in texts.items()),
    ]


def _intervals(annotation: Annotation, texts: list[str]) -> tuple[Interval, ...]:
    return tuple(
        Interval(segment.start_ms, segment.end_ms, text)
        for segment, text in zip(annotation.segments, texts, strict=True)
    )
