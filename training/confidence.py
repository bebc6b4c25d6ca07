"""Whether confidence can be believed: reliability bins and the risk-coverage curve."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel

from training.metrics import (
    BINS,
    Floats,
    Selective,
    calibration_error,
    confidence_bins,
    selective,
    threshold_for,
)

DRAWS: Final = 200
COVERAGES: Final = tuple(round(0.05 * i, 2) for i in range(1, 21))


class Bin(BaseModel):
    """Segments of about one confidence.

    Attributes:
        segments: how many.
        confidence: their mean.
        accuracy: share of right answers.
    """

    segments: int
    confidence: float
    accuracy: float


def reliability(confidence: Floats, right: npt.NDArray[np.bool_], bins: int = BINS) -> list[Bin]:
    """The bins of the expected calibration error that hold anything, lowest confidence first."""
    which = confidence_bins(confidence, bins)
    return [
        Bin(
            segments=int(at.sum()),
            confidence=float(confidence[at].mean()),
            accuracy=float(right[at].mean()),
        )
        for i in range(bins)
        for at in [which == i]
        if at.any()
    ]


def risk_coverage(confidence: Floats, right: npt.NDArray[np.bool_]) -> list[Selective]:
    """Accuracy where the surest 5, 10 ... 100 % are answered."""
    return [selective(confidence, right, threshold_for(confidence, c)) for c in COVERAGES]


def counting_error(confidence: Floats, seed: int = 0) -> float:
    """The calibration error that confidences would show on average if they were exactly right.

    Of few segments in a bin, some more or fewer are right by chance; the expected calibration
    error counts that too, so it is never zero.
    """
    rng = np.random.default_rng(seed)
    draws = rng.random((DRAWS, len(confidence))) < confidence
    return float(np.mean([calibration_error(confidence, right) for right in draws]))
