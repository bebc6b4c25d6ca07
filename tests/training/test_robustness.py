from pathlib import Path

import numpy as np
import pytest

from classifier import open_classifier
from tests.training.conftest import buzz
from training.manifest import EMOTIONS
from training.measured import Heard
from training.recordings import whole
from training.robustness import (
    SNR_DB,
    Reply,
    Speech,
    evenly,
    heard,
    mean,
    mean_recall,
    measure_noise,
    most_of,
    reply,
    speech_of,
)
from training.segments import RATE
from training.settings import TrainSettings
from training.splits import load_segments
from vad import Segment


def segment(start_ms: int, end_ms: int) -> Segment:
    return Segment(
        start_ms, 0, start_ms, end_ms, b"", final=True, voiced_ms=500, level_db=-20.0,
        noise_db=-60.0, clipped=0.0,
    )  # fmt: skip


def test_the_answer_is_that_of_the_segment_with_most_of_the_speech() -> None:
    first, second = segment(0, 1000), segment(1500, 3000)
    assert most_of([first, second], [(0, RATE)]) is first
    assert most_of([first, second], [(RATE // 2, 3 * RATE)]) is second
    assert most_of([first], [(RATE * 9 // 10, 2 * RATE)]) is None  # 100 ms of it
    assert most_of([], [(0, RATE)]) is None


def test_figures_of_a_condition_by_hand() -> None:
    replies = [Reply(0, ""), Reply(1, "uncertain"), Reply(-1, "missed"), Reply(2, "too_noisy")]
    found = heard([0, 1, 1, 1], replies)
    assert found.missed == found.uncertain == found.too_noisy == 0.25
    assert found.uar == 0.75  # of what was found: 1/1 and 1/2
    assert found.uar_missed_wrong == pytest.approx((1 + 1 / 3) / 2)
    assert found.accuracy == pytest.approx(2 / 3)
    assert (found.answered, found.answered_accuracy, found.no_speech) == (0.25, 1, 0)


def test_nothing_found_is_no_error() -> None:
    found = heard([0, 1], [Reply(-1, "missed")] * 2)
    assert (found.uar, found.accuracy, found.missed) == (0, 0, 1)
    assert found.answered_accuracy is None
    assert mean_recall(np.array([], int), np.array([], int)) == 0


def test_the_mean_over_kinds_leaves_out_what_is_none() -> None:
    def condition(uar: float, right: float | None) -> Heard:
        return Heard(
            clips=3, missed=0, uar=uar, accuracy=0, uar_missed_wrong=0, answered=0,
            answered_accuracy=right, uncertain=0, too_noisy=0, no_speech=0,
        )  # fmt: skip

    found = mean([condition(0.2, 0.5), condition(0.4, None)])
    assert (found.clips, found.uar, found.answered_accuracy) == (3, pytest.approx(0.3), 0.5)
    assert mean([condition(0.2, None)]).answered_accuracy is None


def test_clips_are_taken_evenly(finished: TrainSettings) -> None:
    segments = load_segments(finished, "test")
    speech = [i for i, clip in enumerate(segments.clips) if clip.label in EMOTIONS]
    assert evenly(segments, speech, 99) == speech
    taken = [segments.clips[i] for i in evenly(segments, speech, 12)]
    assert len({(clip.corpus, clip.label) for clip in taken}) == 12


def test_speech_is_where_the_segmenter_finds_it(finished: TrainSettings) -> None:
    segments = load_segments(finished, "test")
    recordings = whole(segments.clips, finished.out.parent / "cache")
    found = speech_of(recordings, 0)
    (start, end), = found.spans  # fmt: skip
    assert 0.3 * RATE <= start <= 0.6 * RATE  # 600 ms of quiet, less the pre-roll
    assert end == pytest.approx(start + segments.cuts[0].length)
    quiet = np.sqrt(np.square(recordings.pcm(0)[: RATE // 2] / 32768).mean())
    assert found.level > 100 * quiet


def test_noise_before_the_recording_is_cut_off_or_counts(model: Path) -> None:
    wave = buzz("sad", "ann", 0).astype(np.float32)
    speech = Speech(5, "ann", wave, [(9600, 9600 + 20800)], 0.1)
    classifier = open_classifier(model)
    alone = reply(classifier, speech, np.zeros_like(wave))
    later = reply(classifier, speech, np.zeros(len(wave) + 3 * RATE, np.float32))
    assert alone.guess == later.guess >= 0
    loud = np.random.default_rng(0).standard_normal(len(wave) + 5 * RATE).astype(np.float32)
    assert reply(classifier, speech, loud * 0.5).reason == "missed"  # under steady noise


def test_measures_every_kind_at_every_level(finished: TrainSettings, model: Path) -> None:
    segments = load_segments(finished, "test")
    recordings = whole(segments.clips, finished.out.parent / "cache")
    found = measure_noise(open_classifier(model), segments, recordings, 6)
    assert (found.clips, found.of) == (6, 24)
    assert set(found.kinds) == {"recorded", "white", "pink"}  # two speakers do not babble
    assert all(tuple(levels) == SNR_DB for levels in found.kinds.values())
    assert found.mean[0].uar == pytest.approx(
        np.mean([levels[0].uar for levels in found.kinds.values()])
    )
    assert set(found.mean_before) == {10, 0}
    assert found == measure_noise(open_classifier(model), segments, recordings, 6)
