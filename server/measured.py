"""What was measured of a model, in short: the part of its ``report.json`` that people ask for.

`training` writes the report; reports of other versions, with less or more in them, are read too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError


class Pooled(BaseModel):
    """The likeliest emotion of every speech segment, over all recordings.

    Attributes:
        segments: how many.
        speakers: who spoke them; None in a report that does not say.
        accuracy: share that is right.
        uar: recall of each emotion, averaged.
        chance_uar: what guessing gives.
    """

    segments: int
    speakers: int | None = None
    accuracy: float
    uar: float
    chance_uar: float


class Interval(BaseModel):
    """95 %, over speakers."""

    low: float
    high: float


class Speech(BaseModel):
    """What a model makes of speech.

    Attributes:
        pooled: over all recordings.
        uar_interval: of the UAR.
        calibration_error: expected; how far confidence is from accuracy.
        answered: share of segments that gets a label.
        answered_accuracy: share of those that is right.
    """

    pooled: Pooled
    uar_interval: Interval | None = None
    calibration_error: float | None = None
    answered: float | None = None
    answered_accuracy: float | None = None


class Split(BaseModel):
    """One split of the recordings."""

    speech: Speech


class Measured(BaseModel):
    """A report in short.

    Attributes:
        splits: ``validation``, on which thresholds were chosen, and ``test``, by name.
    """

    splits: dict[str, Split]


def in_short(report: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A report for clients; None where there is none, or none of the kind that is understood.

    Examples:
        >>> in_short(None), in_short({"name": "mine"})
        (None, None)
    """
    try:
        return Measured.model_validate(report).model_dump(mode="json", exclude_none=True)
    except ValidationError:
        return None
