from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from classifier import Classifier, Verdict, open_classifier
from training.segments import Cut, Segments
from training.settings import TrainSettings
from training.shifts import SAMPLES, hear, measure_shifts, moved
from training.splits import load_segments


def verdict(angry: float, label: str | None = "angry") -> Verdict:
    reason = None if label else "uncertain"
    return Verdict(label, reason, angry, {"angry": angry, "sad": 1 - angry}, "1")  # type: ignore[arg-type]


class Ear(Classifier):
    """Hears what a function says."""

    def __init__(self, say: Callable[[npt.NDArray[np.int16]], Verdict]) -> None:
        self.say = say

    def classify(self, pcm: npt.NDArray[np.int16], **known: object) -> Verdict:  # type: ignore[override]
        return self.say(pcm)


@pytest.fixture
def counted(finished: TrainSettings) -> Segments:
    """Segments whose samples say where they stand."""
    clips = load_segments(finished, "test").clips[:2]
    cuts = [Cut(i, 0, 1000 * i, 1000, 500, 30.0, 0.0) for i in range(2)]
    return Segments(clips, cuts, np.tile(np.arange(1000, dtype=np.int16), 2))


def test_the_same_length_from_a_little_later_on(counted: Segments) -> None:
    heard: list[tuple[int, int]] = []

    def say(pcm: npt.NDArray[np.int16]) -> Verdict:
        heard.append((int(pcm[0]), len(pcm)))
        return verdict(0.5)

    found = measure_shifts(Ear(say), counted)
    assert heard == [(start, 680) for start in (0, *SAMPLES)] * 2
    assert [(s.samples, s.segments, s.mean, s.changed) for s in found] == [
        (samples, 2, 0, 0) for samples in SAMPLES
    ]


def test_moves_are_those_of_the_score_that_moves_most(counted: Segments) -> None:
    def say(pcm: npt.NDArray[np.int16]) -> Verdict:
        return verdict(0.5 + int(pcm[0]) / 1000, "angry" if pcm[0] < 100 else None)

    found = measure_shifts(Ear(say), counted)
    assert [s.mean for s in found] == pytest.approx([0.02, 0.08, 0.16, 0.32])
    assert [s.largest for s in found] == pytest.approx([0.02, 0.08, 0.16, 0.32])
    assert [s.changed for s in found] == [0, 0, 1, 1]
    assert moved(verdict(0.2), verdict(0.7)) == pytest.approx(0.5)


def test_too_short_to_be_cut_is_left_out(counted: Segments) -> None:
    short = [Cut(0, 0, 0, 320, 500, 30.0, 0.0)]
    assert (
        measure_shifts(Ear(lambda pcm: verdict(1)), Segments(counted.clips, short, counted.samples))
        == []
    )


def test_a_real_model_with_all_that_is_known_of_the_segment(
    finished: TrainSettings, model: Path
) -> None:
    segments, classifier = load_segments(finished, "test"), open_classifier(model)
    found = measure_shifts(classifier, segments)
    assert all(0 <= s.mean <= s.largest <= 1 for s in found)
    cut = Cut(0, 0, 0, len(segments.pcm(0)), 100, 30.0, 0.0)
    short = Segments(segments.clips, [cut], segments.samples)
    assert hear(classifier, short, 0, short.pcm(0)).reason == "too_short"
