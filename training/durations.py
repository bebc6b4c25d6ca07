"""How much speech is needed: segments of one length each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from classifier import Classifier
from training.answers import speech_rows
from training.manifest import EMOTIONS
from training.measured import Duration
from training.robustness import likeliest, mean_recall
from training.segments import RATE, Segments

SECONDS: Final = (0.5, 1.0, 2.0, 3.0, 5.0, 8.0)

Pcm = npt.NDArray[np.int16]


def measure_durations(classifier: Classifier, segments: Segments) -> list[Duration]:
    """Measure a split's speech at each of `SECONDS` that somebody speaks for."""
    return [
        duration
        for seconds in SECONDS
        if (duration := measure(classifier, segments, seconds)) is not None
    ]


def measure(classifier: Classifier, segments: Segments, seconds: float) -> Duration | None:
    """Measure at one length; None where there is no speech of that length."""
    truth, guess, shown, joined = [], [], [], []
    for label, pcm, parts in pieces(segments, round(seconds * RATE)):
        verdict = classifier.classify(pcm)
        truth.append(EMOTIONS.index(label))
        guess.append(likeliest(verdict))
        shown.append(verdict.label is not None)
        joined.append(parts > 1)
    if not truth:
        return None
    return Duration(
        seconds=seconds,
        segments=len(truth),
        joined=float(np.mean(joined)),
        uar=mean_recall(np.array(truth), np.array(guess)),
        accuracy=float(np.mean(np.array(truth) == np.array(guess))),
        answered=float(np.mean(shown)),
    )


def pieces(segments: Segments, samples: int) -> Iterator[tuple[str, Pcm, int]]:
    """Emotion, samples, and of how many segments: the middle of a segment that is long enough,
    else segments of one speaker and emotion one after the other. Each segment is used once.
    """
    groups: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for i in speech_rows(segments):
        clip = segments.clip(i)
        groups[clip.corpus, clip.speaker, clip.label].append(i)
    for (_, _, label), rows in groups.items():
        pending: list[Pcm] = []
        for i in rows:
            pending.append(segments.pcm(i))
            length = sum(map(len, pending))
            if length >= samples:
                start = (length - samples) // 2
                yield label, np.concatenate(pending)[start : start + samples], len(pending)
                pending = []
