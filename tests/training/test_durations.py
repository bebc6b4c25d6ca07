from pathlib import Path

import numpy as np

from classifier import open_classifier
from training.durations import SECONDS, measure, measure_durations, pieces
from training.segments import RATE
from training.settings import TrainSettings
from training.splits import load_segments


def test_pieces_are_the_middle_or_joined(finished: TrainSettings) -> None:
    segments = load_segments(finished, "test")
    short = list(pieces(segments, RATE // 2))
    assert len(short) == 24
    assert {parts for _, _, parts in short} == {1}
    label, pcm, _ = short[0]
    first = segments.pcm(0)
    start = (len(first) - RATE // 2) // 2
    assert label == segments.clip(0).label
    assert np.array_equal(pcm, first[start : start + RATE // 2])


def test_only_one_speaker_and_emotion_are_joined(finished: TrainSettings) -> None:
    segments = load_segments(finished, "test")
    # Each speaker says each emotion once in each corpus: nothing can be joined.
    assert list(pieces(segments, 3 * RATE)) == []
    one = [segments.clips[0]] * len(segments.clips)
    joined = list(pieces(type(segments)(one, segments.cuts[:5], segments.samples), 2 * RATE))
    assert [parts for _, _, parts in joined] == [2, 2]
    assert {len(pcm) for _, pcm, _ in joined} == {2 * RATE}


def test_measures_what_there_is(finished: TrainSettings, model: Path) -> None:
    segments, classifier = load_segments(finished, "test"), open_classifier(model)
    found = measure_durations(classifier, segments)
    assert [d.seconds for d in found] == [s for s in SECONDS if s <= 1]
    assert {d.segments for d in found} == {24}
    assert found[0].joined == 0
    assert measure(classifier, segments, 8) is None
