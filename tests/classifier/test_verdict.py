from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from classifier import Calibration, Quality, decide
from classifier.verdict import emotion_scores, no_speech_probability, too_short_verdict
from tests.classifier.checkpoints import EMOTIONS, OUTPUTS

RULES = Calibration(
    temperature=1,
    uncertain_below=0.5,
    no_speech_above=0.5,
    least_voiced_ms=300,
    least_snr_db=3,
    most_clipped=0.05,
)
SURE = np.array([9, 0, 0, 0, 0, 0, -9.0])
"""Angry without a doubt."""
GOOD = {"voiced_ms": 300, "snr_db": 3.0, "clipped": 0.05}
"""Exactly at each threshold: still good enough."""
ANY_LOGITS = arrays(np.float32, 7, elements=st.floats(-50, 50, width=32))


def verdict(logits=SURE, calibration=RULES, **quality):
    return decide(
        np.asarray(logits, np.float32),
        OUTPUTS,
        quality=Quality(**{**GOOD, **quality}),
        calibration=calibration,
        model="v1",
    )


def test_a_label_at_every_threshold():
    answer = verdict()
    assert (answer.label, answer.reason, answer.model) == ("angry", None, "v1")
    assert answer.confidence == answer.scores["angry"] > 0.99
    assert tuple(answer.scores) == EMOTIONS


@pytest.mark.parametrize(
    ("quality", "reason"),
    [
        ({"voiced_ms": 299}, "too_short"),
        ({"voiced_ms": 0}, "too_short"),
        ({"snr_db": 2.999}, "too_noisy"),
        ({"clipped": 0.0501}, "clipped"),
    ],
)
def test_just_beyond_a_threshold_there_is_none_but_scores_stay(quality, reason):
    answer = verdict(**quality)
    assert (answer.label, answer.reason) == (None, reason)
    assert (answer.scores, answer.confidence) == (verdict().scores, verdict().confidence)


def test_a_rule_about_something_unknown_never_holds():
    assert verdict(voiced_ms=None, snr_db=None, clipped=None).label == "angry"


@pytest.mark.parametrize(
    ("share", "label"), [(0.499, None), (0.501, "sad")], ids=["below", "above"]
)
def test_uncertain_on_both_sides(share, label):
    logits = [math.log((1 - share) / 5)] * 5 + [math.log(share), -20]
    answer = verdict(logits)
    assert (answer.label, answer.reason) == (label, None if label else "uncertain")
    assert answer.confidence == pytest.approx(share)


def test_confidence_exactly_at_the_threshold_is_a_label():
    exact = Calibration(uncertain_below=verdict([0.0] * 7).confidence, least_voiced_ms=0)
    assert verdict([0.0] * 7, exact).label == "angry"


@pytest.mark.parametrize(
    ("share", "reason"), [(0.499, None), (0.501, "no_speech")], ids=["below", "above"]
)
def test_no_speech_on_both_sides(share, reason):
    logits = [math.log(1 - share), *[-30.0] * 5, math.log(share)]
    answer = verdict(logits)
    assert answer.reason == reason
    assert answer.confidence == pytest.approx(1), "the scores are of the emotions alone"


def test_no_speech_exactly_at_the_threshold_is_a_label():
    even = decide(
        np.zeros(2), ("sad", "no_speech"), quality=Quality(), calibration=RULES, model="v1"
    )
    assert RULES.no_speech_above == no_speech_probability(np.zeros(2), ("sad", "no_speech"))
    assert even.label == "sad"


def test_no_speech_takes_the_plain_probabilities_and_not_the_tempered():
    logits = [math.log(0.4), *[-30.0] * 5, math.log(0.6)]
    assert verdict(logits, RULES.model_copy(update={"temperature": 50})).reason == "no_speech"


def test_reasons_come_in_their_order():
    """Everything is wrong at first; then one thing after the other is mended."""
    silent, doubtful = [0, 0, 0, 0, 0, 0, 9.0], [0, 0, 0, 0, 0, 0, -9.0]
    bad = {"voiced_ms": 0, "snr_db": 0.0, "clipped": 1.0}
    assert verdict(silent, **bad).reason == "too_short"
    del bad["voiced_ms"]
    assert verdict(silent, **bad).reason == "no_speech"
    assert verdict(doubtful, **bad).reason == "clipped"
    del bad["clipped"]
    assert verdict(doubtful, **bad).reason == "too_noisy"
    assert verdict(doubtful).reason == "uncertain"
    assert verdict().reason is None


@settings(deadline=None)  # the machine may be busy
@given(logits=ANY_LOGITS, temperature=st.floats(0.05, 20))
def test_scores_are_probabilities(logits, temperature):
    scores = emotion_scores(logits, OUTPUTS, temperature)
    assert math.fsum(scores.values()) == pytest.approx(1, abs=1e-9)
    assert all(0 <= p <= 1 for p in scores.values())
    assert 0 <= no_speech_probability(logits, OUTPUTS) <= 1


@settings(deadline=None)  # the machine may be busy
@given(logits=ANY_LOGITS, low=st.floats(0.2, 5), high=st.floats(0.2, 5))
def test_temperature_changes_the_confidence_and_not_the_label(logits, low, high):
    ranked = np.sort(logits[:6])
    assume(ranked[-1] - ranked[-2] > 0.01 and high > low * 1.05)
    open_rules = {"uncertain_below": 0.0, "no_speech_above": 1.0}
    cold, hot = (verdict(logits, Calibration(temperature=t, **open_rules)) for t in (low, high))
    assert cold.label == hot.label == OUTPUTS[int(logits[:6].argmax())]
    assert hot.confidence < cold.confidence or cold.confidence == pytest.approx(1, abs=1e-6)


def test_a_temperature_of_two_halves_the_logits():
    scores = emotion_scores(np.array([2.0, 0.0]), ["a", "b"], 2.0)
    assert scores["a"] == pytest.approx(math.e / (math.e + 1))


@settings(deadline=None)  # the machine may be busy
@given(logits=ANY_LOGITS, no_speech=st.floats(-50, 50, width=32))
def test_no_speech_does_not_move_the_scores(logits, no_speech):
    moved = logits.copy()
    moved[-1] = no_speech
    assert emotion_scores(moved, OUTPUTS, 1.0) == emotion_scores(logits, OUTPUTS, 1.0)


def test_outputs_of_one_name_are_added():
    outputs = ("neutral", "sad", "neutral")
    scores = emotion_scores(np.log([0.3, 0.4, 0.3]), outputs, 1.0)
    assert scores == pytest.approx({"neutral": 0.6, "sad": 0.4})
    answer = decide(
        np.log([0.3, 0.4, 0.3]), outputs, quality=Quality(), calibration=RULES, model=""
    )
    assert answer.label == "neutral"


def test_a_model_without_no_speech_never_says_it():
    logits = np.array([5.0, 0, 0])
    assert no_speech_probability(logits, ("a", "b", "c")) == 0.0


def test_too_short_is_undecided_between_all():
    answer = too_short_verdict(OUTPUTS, model="v1")
    assert (answer.label, answer.reason, answer.model) == (None, "too_short", "v1")
    assert answer.scores == dict.fromkeys(EMOTIONS, 1 / 6)
    assert answer.confidence == 1 / 6
