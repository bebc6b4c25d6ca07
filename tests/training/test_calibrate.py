import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier import Calibration
from training.calibrate import (
    FLOOR,
    LEAST_NO_SPEECH,
    REFUSED,
    TARGET,
    calibrate,
    choose_no_speech,
    choose_uncertain,
    fit_temperature,
    softmax,
)

CLASSES = 6


def samples(
    temperature: float, n: int = 20000, spread: float = 2.0
) -> tuple[np.ndarray, np.ndarray]:
    """Logits that are too sharp by `temperature`, and truths drawn from what they should say."""
    rng = np.random.default_rng(0)
    honest = rng.standard_normal((n, CLASSES)) * spread
    cumulative = softmax(honest).cumsum(1)
    truth = (rng.random(n)[:, None] > cumulative).sum(1)
    return honest * temperature, truth


@pytest.mark.parametrize("temperature", [0.3, 1.0, 2.5, 8.0])
def test_recovers_a_known_temperature(temperature: float) -> None:
    assert fit_temperature(*samples(temperature)) == pytest.approx(temperature, rel=0.05)


def test_the_mean_confidence_is_the_accuracy() -> None:
    """Also where logits are wrong in more than their sharpness: likelihood would not see to it."""
    logits, truth = samples(1.7, 3000)
    truth[::4] = (truth[::4] + 1) % CLASSES
    accuracy = (logits.argmax(1) == truth).mean()
    best = fit_temperature(logits, truth)
    assert softmax(logits / best).max(1).mean() == pytest.approx(accuracy, abs=1e-3)
    assert best > fit_temperature(*samples(1.7, 3000))


def test_always_right_or_always_wrong_stays_finite() -> None:
    right = np.eye(CLASSES)[[0, 1, 2, 3]] * 5
    assert 0.05 <= fit_temperature(right, np.arange(4)) < 1
    assert 1 < fit_temperature(right, np.array([1, 2, 3, 4])) <= 20


def test_the_threshold_is_the_lowest_that_keeps_the_promise() -> None:
    rng = np.random.default_rng(1)
    confidence = rng.uniform(0.2, 1, 5000)
    right = rng.random(5000) < confidence * 0.8
    threshold = choose_uncertain(confidence, right, target=0.6, floor=0.1)
    assert right[confidence >= threshold].mean() >= 0.6
    lower = np.sort(confidence[confidence < threshold])[::-1][:20]
    assert all(right[confidence >= value].mean() < 0.6 for value in lower[1:])


def test_a_model_that_cannot_keep_it_still_answers_the_floor() -> None:
    rng = np.random.default_rng(1)
    confidence = rng.uniform(0.2, 0.4, 1000)
    right = rng.random(1000) < 0.2
    threshold = choose_uncertain(confidence, right, target=0.9, floor=0.6)
    assert (confidence >= threshold).mean() == pytest.approx(0.6, abs=0.02)


def test_a_model_that_is_always_good_enough_always_answers() -> None:
    confidence = np.array([0.9, 0.5, 0.3])
    assert choose_uncertain(confidence, np.array([True] * 3)) <= 0.3


def test_equal_confidences_are_answered_together() -> None:
    confidence = np.array([0.9, 0.5, 0.5, 0.5])
    right = np.array([True, True, False, False])
    # One right answer at 0.5 cannot be had without the two wrong ones.
    assert choose_uncertain(confidence, right, target=0.7, floor=0.1) == 0.9


@given(st.lists(st.floats(0, 1), min_size=1, max_size=300))
def test_no_more_speech_is_refused_than_allowed(values: list[float]) -> None:
    probability = np.array(values)
    threshold = choose_no_speech(probability)
    assert (probability > threshold).mean() <= REFUSED
    assert LEAST_NO_SPEECH <= threshold <= 1


def test_the_no_speech_threshold_is_the_lowest_allowed() -> None:
    probability = np.linspace(0, 1, 1000)
    assert (probability > choose_no_speech(probability)).mean() == pytest.approx(REFUSED, abs=0.002)


def test_all_rules_together_say_what_they_give() -> None:
    logits, truth = samples(2.0, 4000, spread=1.6)
    silent = np.random.default_rng(3).normal(-6, 4, (4000, 1))
    fitted = calibrate(np.hstack([logits, silent]), truth, CLASSES)
    c = fitted.calibration
    assert c.temperature == pytest.approx(2.0, rel=0.1)
    assert fitted.nll < fitted.nll_before
    assert fitted.accuracy >= TARGET or fitted.coverage == pytest.approx(FLOOR, abs=0.01)
    assert fitted.coverage >= FLOOR
    assert fitted.accuracy > fitted.accuracy_all
    assert fitted.refused <= REFUSED
    defaults = Calibration()
    assert (c.least_voiced_ms, c.least_snr_db, c.most_clipped) == (
        defaults.least_voiced_ms,
        defaults.least_snr_db,
        defaults.most_clipped,
    )
    assert f"temperature {c.temperature:.3f}" in str(fitted)


def test_a_model_without_a_no_speech_output_refuses_nobody() -> None:
    fitted = calibrate(*samples(1.0, 500), CLASSES)
    assert fitted.refused == 0
    assert fitted.calibration.no_speech_above == LEAST_NO_SPEECH
