import numpy as np
import pytest

from training.metrics import (
    calibration_error,
    confusion,
    figures,
    selective,
    threshold_for,
)


def test_figures_by_hand() -> None:
    truth = np.array([0, 0, 0, 0, 1, 1])
    guess = np.array([0, 0, 0, 1, 1, 3])
    found = figures(truth, guess, np.array(["a", "a", "a", "b", "b", "b"]))
    assert found.accuracy == pytest.approx(4 / 6)
    assert found.uar == pytest.approx((3 / 4 + 1 / 2) / 2)  # no recall of what nobody said
    assert found.macro_f1 == pytest.approx((6 / 7 + 1 / 2) / 2)
    assert found.chance_uar == 0.5
    assert found.chance_accuracy == pytest.approx(4 / 6)
    assert (found.segments, found.speakers) == (6, 2)


def test_confusion_has_a_row_for_what_was_said() -> None:
    table = confusion(np.array([0, 0, 2]), np.array([1, 1, 2]), 3)
    assert table.tolist() == [[0, 2, 0], [0, 0, 0], [0, 0, 1]]


def test_who_is_as_right_as_sure_has_no_calibration_error() -> None:
    confidence = np.full(1000, 0.7)
    right = np.arange(1000) < 700
    assert calibration_error(confidence, right) == pytest.approx(0, abs=1e-9)
    assert calibration_error(np.full(1000, 0.9), right) == pytest.approx(0.2)


def test_errors_of_two_bins_do_not_cancel() -> None:
    confidence = np.array([0.95] * 50 + [0.45] * 50)
    right = np.array([True] * 25 + [False] * 25 + [True] * 47 + [False] * 3)
    assert calibration_error(confidence, right) == pytest.approx((0.45 + 0.49) / 2)
    assert calibration_error(np.array([1.0]), np.array([True])) == 0


def test_selective_counts_the_threshold_itself_as_answered() -> None:
    confidence = np.array([0.9, 0.5, 0.4, 0.2])
    right = np.array([True, False, True, False])
    found = selective(confidence, right, 0.5)
    assert (found.coverage, found.accuracy) == (0.5, 0.5)
    assert selective(confidence, right, 0.95).accuracy is None


def test_threshold_for_a_coverage() -> None:
    confidence = np.linspace(0, 1, 101)
    assert (confidence >= threshold_for(confidence, 0.7)).mean() == pytest.approx(0.7, abs=0.01)
    assert threshold_for(np.array([0.3]), 0.1) == 0.3
