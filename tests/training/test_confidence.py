import numpy as np
import pytest

from training.confidence import counting_error, reliability, risk_coverage
from training.metrics import calibration_error


def test_few_segments_show_an_error_by_chance_alone() -> None:
    confidence = np.random.default_rng(0).uniform(0.3, 0.9, 20000)
    few, many = counting_error(confidence[:500]), counting_error(confidence)
    assert 0.03 < few < 0.07
    assert many < few / 4
    right = np.random.default_rng(1).random(500) < confidence[:500]
    assert calibration_error(confidence[:500], right) == pytest.approx(few, abs=0.02)


def test_bins_say_how_sure_and_how_right() -> None:
    confidence = np.array([0.31, 0.33, 0.95, 1.0])
    low, high = reliability(confidence, np.array([True, False, True, True]), bins=10)
    assert (low.segments, low.confidence, low.accuracy) == (2, pytest.approx(0.32), 0.5)
    assert (high.segments, high.accuracy) == (2, 1)


def test_bins_add_up_to_the_calibration_error() -> None:
    rng = np.random.default_rng(0)
    confidence = rng.random(500)
    right = rng.random(500) < confidence**2
    bins = reliability(confidence, right)
    assert sum(b.segments for b in bins) == 500
    gaps = sum(b.segments * abs(b.confidence - b.accuracy) for b in bins) / 500
    assert gaps == pytest.approx(calibration_error(confidence, right))


def test_risk_falls_where_less_is_answered_by_a_model_that_knows_when_it_errs() -> None:
    confidence = np.linspace(0, 1, 200)
    curve = risk_coverage(confidence, confidence > 0.5)
    assert [round(s.coverage, 2) for s in curve] == [round(0.05 * i, 2) for i in range(1, 21)]
    assert curve[0].accuracy == 1
    assert curve[-1].accuracy == 0.5
    accuracies = [s.accuracy for s in curve if s.accuracy is not None]
    assert accuracies == sorted(accuracies, reverse=True)
