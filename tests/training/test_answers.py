from collections.abc import Sequence

import numpy as np
import pytest

from classifier import Verdict
from training.answers import Answers, Asked, answers, asked, speech_figures, spread
from training.manifest import EMOTIONS
from training.settings import TrainSettings
from training.splits import load_segments


def given(guess: Sequence[int], truth: Sequence[int], reasons: Sequence[str]) -> Answers:
    scores = np.full((len(guess), len(EMOTIONS)), 0.08)
    scores[np.arange(len(guess)), list(guess)] = 0.6
    half = len(guess) // 2
    return Answers(
        Asked(
            truth=np.array(truth),
            corpora=np.array(["x", "y"] * half),
            speakers=np.array(["ann", "bob"] * half),
            languages=np.array(["pl"] * half + ["de"] * half),
            sexes=np.array(["F", ""] * half),
        ),
        scores=scores,
        reasons=np.array(reasons),
    )


def test_figures_by_hand() -> None:
    found = speech_figures(given([0, 1, 2, 3], [0, 1, 2, 5], ["", "uncertain", "no_speech", ""]))
    assert found.pooled.accuracy == 0.75  # the likeliest of all, shown or not
    assert found.answered == 0.5
    assert found.answered_accuracy == 0.5
    assert found.uncertain == pytest.approx(1 / 3)  # of those that no other rule held back
    assert found.reasons == {"no_speech": 1, "uncertain": 1}
    assert found.calibration_error == pytest.approx(0.15)
    assert found.corpora["x"].accuracy == 1
    assert found.corpora["y"].accuracy == 0.5
    assert found.confusion[5] == [0, 0, 0, 1, 0, 0]


def test_groups_are_told_apart() -> None:
    found = speech_figures(given([0, 1, 2, 3], [0, 1, 2, 5], [""] * 4))
    assert found.languages["pl"].accuracy == 1
    assert found.languages["de"].accuracy == 0.5
    assert list(found.sexes) == ["F"]  # of the other one the manifest says nothing
    assert found.sexes["F"].segments == 2
    assert found.recalls == {"angry": 1, "disgust": 1, "fearful": 1, "sad": 0}
    assert found.corpus_confusions["y"][5] == [0, 0, 0, 1, 0, 0]
    assert np.sum(found.corpus_confusions["x"]) == 2
    assert found.corpus_intervals == {}  # one speaker each


def test_a_corpus_of_several_speakers_has_intervals() -> None:
    several = given([0, 1, 2, 3] * 3, [0, 1, 2, 5] * 3, [""] * 12)
    several.asked.speakers[:] = ["ann", "bob", "cem", "dan"] * 3
    several.asked.corpora[:] = "x"
    found = speech_figures(several)
    assert found.intervals is not None
    assert found.corpus_intervals["x"] == found.intervals
    assert found.uar_interval == found.intervals.uar


def test_nothing_answered_has_no_accuracy() -> None:
    assert speech_figures(given([0, 1], [0, 1], ["clipped"] * 2)).answered_accuracy is None


def test_spread_leaves_out_who_said_too_little() -> None:
    speakers = np.array(["ann"] * 10 + ["bob"] * 5 + ["cem"] * 4)
    right = np.array([True] * 4 + [False] * 6 + [True] * 5 + [False] * 4)
    found = spread(speakers, right)
    assert found is not None
    assert (found.speakers, found.lowest, found.median, found.highest) == (2, 0.4, 0.7, 1)
    assert spread(np.array(["ann"]), np.array([True])) is None


def test_columns_follow_the_chosen_rows(finished: TrainSettings) -> None:
    segments = load_segments(finished, "test")
    verdicts = [Verdict("sad", None, 1.0, {"sad": 1.0}, "m")] * 2
    about = asked(segments, [3, 1], {segments.clip(3).speaker: "F"})
    assert about.truth.tolist() == [segments.cuts[3].label, segments.cuts[1].label]
    assert about.speakers.tolist() == [segments.clip(3).speaker, segments.clip(1).speaker]
    assert about.languages.tolist() == [segments.clip(3).language, segments.clip(1).language]
    assert about.sexes[0] == "F"
    assert answers(about, verdicts).scores[0].tolist() == [0, 0, 0, 0, 0, 1]
