"""Whether a model hears where its frames begin: the same speech, cut a little later.

A stream's frames begin elsewhere than a file's, so what moves here moves between the two.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from classifier import Classifier, Verdict
from training.answers import speech_rows
from training.measured import Shift
from training.segments import Segments

SAMPLES: Final = (20, 80, 160, 320)
"""At 16 kHz: 1.25 to 20 ms, none of which anybody hears; 20 ms is a frame of the segmenter."""


def measure_shifts(classifier: Classifier, segments: Segments) -> list[Shift]:
    """Measure a split's speech at each of `SAMPLES`.

    Every segment is heard without its last 20 ms, and as long from a little later on: what comes
    and goes at its ends is nearly nothing, so what moves is the model.

    Args:
        classifier: whose verdicts they are.
        segments: of the split; at least one of them is speech.
    """
    most = max(SAMPLES)
    rows = [i for i in speech_rows(segments) if segments.cuts[i].length > most]
    moves = np.zeros((len(SAMPLES), len(rows)))
    others = np.zeros((len(SAMPLES), len(rows)), np.bool_)
    for column, i in enumerate(rows):
        pcm = segments.pcm(i)
        length = len(pcm) - most
        first = hear(classifier, segments, i, pcm[:length])
        for row, later in enumerate(SAMPLES):
            verdict = hear(classifier, segments, i, pcm[later : later + length])
            moves[row, column] = moved(first, verdict)
            others[row, column] = (first.label, first.reason) != (verdict.label, verdict.reason)
    return [
        Shift(
            samples=later,
            segments=len(rows),
            mean=float(moves[row].mean()),
            largest=float(moves[row].max()),
            changed=float(others[row].mean()),
        )
        for row, later in enumerate(SAMPLES)
        if rows
    ]


def hear(classifier: Classifier, segments: Segments, i: int, pcm: npt.NDArray[np.int16]) -> Verdict:
    """The verdict on part of segment `i`, with what is known of the whole."""
    cut = segments.cuts[i]
    return classifier.classify(pcm, voiced_ms=cut.voiced_ms, snr_db=cut.snr_db, clipped=cut.clipped)


def moved(one: Verdict, other: Verdict) -> float:
    """The largest difference of an emotion's score, 0 to 1."""
    return max(abs(score - other.scores[name]) for name, score in one.scores.items())
