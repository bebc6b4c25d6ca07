"""CSV by RFC 4180: a header, then a row for each segment."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Final

from annotation.annotation import About, Segment
from annotation.notation import one_line, share

BEFORE_SCORES: Final = (
    "source",
    "utterance_id",
    "segment",
    "start_ms",
    "end_ms",
    "label",
    "reason",
    "confidence",
)
AFTER_SCORES: Final = ("model", "correction", "note")
PLACES: Final = 6


def begin(about: About) -> str:
    """The header: a column for each label's score among the others."""
    scores = (f"score_{one_line(label)}" for label in about.labels)
    return _line((*BEFORE_SCORES, *scores, *AFTER_SCORES))


def row(about: About, segment: Segment) -> str:
    """One segment. Empty: a label or reason that there is not, a score that the model has not."""
    scores = (segment.scores.get(label) for label in about.labels)
    return _line(
        (
            one_line(about.source),
            segment.utterance_id,
            segment.segment,
            segment.start_ms,
            segment.end_ms,
            one_line(segment.label),
            one_line(segment.reason),
            share(segment.confidence, PLACES),
            *("" if score is None else share(score, PLACES) for score in scores),
            one_line(segment.model),
            one_line(segment.correction),
            one_line(segment.note),
        )
    )


def _line(fields: Iterable[str | int]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(fields)
    return out.getvalue()
