"""Figures of merit, from scores and truth: numpy and scikit-learn, nothing of a model."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel
from sklearn.metrics import f1_score, recall_score

Floats = npt.NDArray[np.floating]
Ints = npt.NDArray[np.integer]

BINS = 15


class Figures(BaseModel):
    """How good answers are on a set of segments.

    Attributes:
        segments: how many.
        speakers: how many people spoke them.
        accuracy: share of right answers.
        uar: recall of each emotion that occurs, averaged.
        macro_f1: F1 of each emotion that occurs, averaged.
        chance_uar: of guessing: one over the emotions that occur.
        chance_accuracy: of always saying the commonest emotion.
    """

    segments: int
    speakers: int
    accuracy: float
    uar: float
    macro_f1: float
    chance_uar: float
    chance_accuracy: float


class Interval(BaseModel):
    """A 95 % interval."""

    low: float
    high: float


class Selective(BaseModel):
    """What is answered when some answers are held back.

    Attributes:
        threshold: confidence under which nothing is said.
        coverage: share that is answered.
        accuracy: of what is answered; None where nothing is.
    """

    threshold: float
    coverage: float
    accuracy: float | None


def figures(truth: Ints, guess: Ints, speakers: npt.NDArray[np.str_]) -> Figures:
    """Figures of a set of segments, shape ``(n,)`` each; at least one.

    Emotions that do not occur in `truth` have no recall and are no part of the averages.
    """
    present, counts = np.unique(truth, return_counts=True)
    options = {"labels": present, "average": "macro", "zero_division": 0}
    return Figures(
        segments=len(truth),
        speakers=len(np.unique(speakers)),
        accuracy=float((truth == guess).mean()),
        uar=float(recall_score(truth, guess, **options)),
        macro_f1=float(f1_score(truth, guess, **options)),
        chance_uar=1 / len(present),
        chance_accuracy=float(counts.max() / counts.sum()),
    )


def confusion(truth: Ints, guess: Ints, classes: int) -> npt.NDArray[np.int64]:
    """Counts, shape ``(classes, classes)``: a row is what was said, a column what was answered."""
    table = np.zeros((classes, classes), np.int64)
    np.add.at(table, (truth, guess), 1)
    return table


def calibration_error(confidence: Floats, right: npt.NDArray[np.bool_], bins: int = BINS) -> float:
    """Expected calibration error: |confidence - accuracy| over equally wide bins of confidence,
    weighted by how many segments fall into each (Naeini et al., 2015).
    """
    gap = np.bincount(confidence_bins(confidence, bins), confidence - right, minlength=bins)
    return float(np.abs(gap).sum() / len(confidence))


def confidence_bins(confidence: Floats, bins: int = BINS) -> npt.NDArray[np.int64]:
    """Which of equally wide bins each confidence falls into; 1 falls into the last."""
    return np.clip((confidence * bins).astype(np.int64), 0, bins - 1)


def selective(confidence: Floats, right: npt.NDArray[np.bool_], threshold: float) -> Selective:
    """Coverage and accuracy at a threshold of confidence."""
    answered = confidence >= threshold
    return Selective(
        threshold=threshold,
        coverage=float(answered.mean()),
        accuracy=float(right[answered].mean()) if answered.any() else None,
    )


def threshold_for(confidence: Floats, coverage: float) -> float:
    """The confidence that leaves `coverage` of the segments answered."""
    ranked = np.sort(confidence)[::-1]
    return float(ranked[max(round(coverage * len(ranked)), 1) - 1])
