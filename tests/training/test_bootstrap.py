import numpy as np
import pytest
from sklearn.metrics import f1_score

from training.bootstrap import accuracy, intervals, macro_f1, margin, recalls, uar
from training.metrics import Interval, confusion, figures


def some(people: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    skill = rng.uniform(0.2, 0.9, people)
    speakers = np.repeat(np.arange(people), 60)
    truth = rng.integers(0, 3, len(speakers))
    guess = np.where(rng.random(len(truth)) < skill[speakers], truth, (truth + 1) % 3)
    return truth, guess, speakers.astype(str)


def width(interval: Interval) -> float:
    return interval.high - interval.low


def test_figures_of_a_table_are_those_of_the_answers() -> None:
    truth = np.array([0, 0, 0, 0, 1, 1])
    guess = np.array([0, 0, 0, 1, 1, 3])
    table = confusion(truth, guess, 6)
    found = figures(truth, guess, np.array(["a"] * 6))
    assert accuracy(table) == pytest.approx(found.accuracy)
    assert uar(table) == pytest.approx(found.uar)
    assert macro_f1(table) == pytest.approx(found.macro_f1)
    assert macro_f1(table) == pytest.approx(f1_score(truth, guess, labels=[0, 1], average="macro"))
    assert np.isnan(recalls(table)[3])  # nobody said it


def test_intervals_hold_the_figures_and_are_wider_for_fewer_speakers() -> None:
    truth, guess, names = some(60)
    many = intervals(truth, guess, names, 3)
    found = figures(truth, guess, names)
    for name in ("accuracy", "uar", "macro_f1"):
        interval = getattr(many, name)
        assert interval.low < getattr(found, name) < interval.high
    assert width(intervals(*some(4), 3).uar) > 1.5 * width(many.uar)


def test_drawing_speakers_is_wider_than_drawing_segments() -> None:
    truth, guess, names = some(20)
    alone = np.arange(len(truth)).astype(str)
    assert width(intervals(truth, guess, names, 3).accuracy) > 1.5 * width(
        intervals(truth, guess, alone, 3).accuracy
    )


def test_one_speaker_gives_intervals_of_no_width() -> None:
    truth, guess = np.array([0, 1, 1]), np.array([0, 1, 0])
    found = intervals(truth, guess, np.array(["a"] * 3), 6)
    assert found.uar.low == found.uar.high == pytest.approx(0.75)


def test_a_margin_draws_the_same_speakers_for_both() -> None:
    truth, guess, names = some(10)
    same = margin(truth, guess, guess, names, 3)
    assert (same.value, same.interval.low, same.interval.high) == (0, 0, 0)
    worse = np.where(np.arange(len(truth)) % 2, guess, (truth + 1) % 3)
    found = margin(truth, guess, worse, names, 3)
    assert found.value == pytest.approx(
        figures(truth, guess, names).uar - figures(truth, worse, names).uar
    )
    assert 0 < found.interval.low < found.value < found.interval.high
