"""How far figures would move if other people had spoken: speakers drawn with replacement.

Segments of one speaker are alike, so drawing segments would give intervals far too narrow. All
figures here are functions of confusion matrices, so a draw is a sum of speakers' matrices.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel

from training.metrics import Floats, Interval, Ints, confusion

RESAMPLES: Final = 1000

Tables = npt.NDArray[np.integer]
"""Confusion matrices, shape ``(..., classes, classes)``."""


class Intervals(BaseModel):
    """95 % intervals over speakers."""

    accuracy: Interval
    uar: Interval
    macro_f1: Interval


class Margin(BaseModel):
    """By how much one UAR is higher than another on the same segments.

    Attributes:
        value: of the two as measured.
        interval: 95 %, both systems hearing the same drawn speakers.
    """

    value: float
    interval: Interval


def accuracy(tables: Tables) -> npt.NDArray[np.float64]:
    """Share of right answers."""
    hits = np.diagonal(tables, axis1=-2, axis2=-1).sum(-1)
    return np.asarray(hits / np.maximum(tables.sum((-2, -1)), 1), np.float64)


def recalls(tables: Tables) -> npt.NDArray[np.float64]:
    """Recall of each class, shape ``(..., classes)``; NaN for one that was never said."""
    said = tables.sum(-1)
    hits = np.diagonal(tables, axis1=-2, axis2=-1)
    return np.where(said > 0, hits / np.maximum(said, 1), np.nan)


def uar(tables: Tables) -> npt.NDArray[np.float64]:
    """Mean recall of the classes that were said."""
    return np.asarray(np.nanmean(recalls(tables), axis=-1), np.float64)


def macro_f1(tables: Tables) -> npt.NDArray[np.float64]:
    """Mean F1 of the classes that were said."""
    said, answered = tables.sum(-1), tables.sum(-2)
    hits = np.diagonal(tables, axis1=-2, axis2=-1)
    f1 = np.where(said > 0, 2 * hits / np.maximum(said + answered, 1), np.nan)
    return np.asarray(np.nanmean(f1, axis=-1), np.float64)


def speaker_tables(
    truth: Ints, guess: Ints, speakers: npt.NDArray[np.str_], classes: int
) -> npt.NDArray[np.int64]:
    """The confusion matrix of each speaker, in the order of their names."""
    names, which = np.unique(speakers, return_inverse=True)
    return np.stack(
        [confusion(truth[which == i], guess[which == i], classes) for i in range(len(names))]
    )


def drawn(tables: Tables, seed: int = 0) -> npt.NDArray[np.int64]:
    """Sums of as many speakers' matrices as there are, drawn `RESAMPLES` times."""
    rng = np.random.default_rng(seed)
    draws = rng.integers(len(tables), size=(RESAMPLES, len(tables)))
    return np.asarray(tables[draws].sum(axis=1), np.int64)


def interval(values: Floats) -> Interval:
    """The middle 95 %."""
    low, high = np.percentile(values, [2.5, 97.5])
    return Interval(low=float(low), high=float(high))


def intervals(
    truth: Ints, guess: Ints, speakers: npt.NDArray[np.str_], classes: int, seed: int = 0
) -> Intervals:
    """Of all three figures; for one speaker they have no width."""
    summed = drawn(speaker_tables(truth, guess, speakers, classes), seed)
    return Intervals(
        accuracy=interval(accuracy(summed)),
        uar=interval(uar(summed)),
        macro_f1=interval(macro_f1(summed)),
    )


def margin(
    truth: Ints,
    guess: Ints,
    other: Ints,
    speakers: npt.NDArray[np.str_],
    classes: int,
    seed: int = 0,
) -> Margin:
    """How much higher the UAR of `guess` is than that of `other`."""
    ours = speaker_tables(truth, guess, speakers, classes)
    theirs = speaker_tables(truth, other, speakers, classes)
    return Margin(
        value=float(uar(ours.sum(0)) - uar(theirs.sum(0))),
        interval=interval(uar(drawn(ours, seed)) - uar(drawn(theirs, seed))),
    )
