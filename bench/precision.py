"""Whether a runtime and precision answers as fp32 does, and how often it is right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from bench.engine import FULL, Engine
from bench.labelled import Labelled
from bench.report import Column, Table
from classifier import Classifier, TooShortError
from classifier.verdict import emotion_scores

FIRST: Final = ("onnxruntime", "openvino", "torch")
"""Whose fp32 the others are compared with."""

Scores = npt.NDArray[np.float64]


class Answered(NamedTuple):
    """How one engine answers.

    Attributes:
        segments: it was asked about.
        same: share of them with the likeliest emotion of fp32.
        difference: the largest of a probability.
        accuracy: share of those with a known emotion that it gets right, None without any.
    """

    segments: int
    same: float
    difference: float
    accuracy: float | None


def answers(classifier: Classifier, segments: Sequence[Labelled]) -> Scores:
    """Calibrated probabilities of the emotions, shape ``(segments, emotions)``.

    What is too short for the network is a row of NaN.
    """
    rows = np.full((len(segments), len(classifier.labels)), np.nan)
    for row, segment in zip(rows, segments, strict=True):
        try:
            logits = classifier.logits(segment.pcm)
        except TooShortError:
            continue
        temperature = classifier.calibration.temperature
        scores = emotion_scores(logits, classifier.outputs, temperature)
        row[:] = [scores[label] for label in classifier.labels]
    return rows


def compare(
    found: Scores, full: Scores, labels: Sequence[str], segments: Sequence[Labelled]
) -> Answered | None:
    """One engine's answers beside those of fp32; None where there is nothing to compare."""
    asked = ~np.isnan(full[:, 0])
    if not asked.any():
        return None
    best, wanted = found[asked].argmax(1), full[asked].argmax(1)
    emotions = [one.emotion for one, was_asked in zip(segments, asked, strict=True) if was_asked]
    right = [labels[i] == e for i, e in zip(best, emotions, strict=True) if e in labels]
    return Answered(
        int(asked.sum()),
        float((best == wanted).mean()),
        float(np.abs(found[asked] - full[asked]).max()),
        float(np.mean(right)) if right else None,
    )


def agreement_table(
    found: Mapping[Engine, Scores], labels: Sequence[str], segments: Sequence[Labelled]
) -> Table:
    """One row for each runtime and precision, on its least number of threads."""
    full = _full(found)
    rows: dict[tuple[str, str], tuple[str | float | None, ...]] = {}
    for engine, scores in found.items():
        agreement = compare(scores, full, labels, segments) if full is not None else None
        if agreement:
            rows.setdefault(engine[:2], (*engine[:2], *agreement))
    whose = next((name for name in FIRST for e in found if e[:2] == (name, FULL)), "none here")
    return Table(
        "Answers on real segments",
        (
            Column("runtime"),
            Column("precision"),
            Column("segments"),
            Column("same emotion as fp32", ".1%"),
            Column("largest difference of a probability", ".4f"),
            Column("accuracy", ".1%"),
        ),
        list(rows.values()),
        (
            f"Compared with {FULL} of {whose}. Segments are the canaries of the model, and those "
            "of the recordings that were given. Accuracy is of the likeliest emotion, where the "
            "emotion is known.",
        ),
    )


def _full(found: Mapping[Engine, Scores]) -> Scores | None:
    for runtime in FIRST:
        for engine, scores in found.items():
            if engine[:2] == (runtime, FULL):
                return scores
    return None
