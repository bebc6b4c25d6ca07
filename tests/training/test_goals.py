import pytest

from tests.training.samples import split_report
from training.goals import Goal, goal_table, goals


def test_a_goal_is_met_on_its_bound() -> None:
    assert Goal("a", 0.65, 0.65).met
    assert not Goal("a", 0.649, 0.65).met
    assert Goal("a", 0.05, 0.05, least=False).met
    assert not Goal("a", 0.051, 0.05, least=False).met


def test_every_goal_is_told_by_its_figure() -> None:
    split = split_report()
    found = {goal.name: goal.value for goal in goals(split)}
    speech = split.speech
    assert found["UAR"] == speech.pooled.uar
    assert found["UAR on ravdess"] == speech.corpora["ravdess"].uar
    assert "UAR on emodb" not in found  # nobody measured on it
    assert found["recall of disgust"] == speech.recalls["disgust"]
    assert split.rivals[0].margin is not None
    assert found["UAR above eGeMAPS + SVM"] == split.rivals[0].margin.value
    assert found["expected calibration error"] == speech.calibration_error
    assert found["UAR lost to noise at 10 dB"] == pytest.approx(0.2)
    assert found["UAR lost to noise at 0 dB"] == pytest.approx(0.3)
    assert found["labels a minute of non-speech"] == 0.5
    assert found["speech refused as no speech"] == 3 / 240
    gain = found["accuracy gained by answering the surest 70 %"]
    assert gain == pytest.approx((speech.at_coverage.accuracy or 0) - speech.pooled.accuracy)


def test_who_misses_a_goal_is_told_so() -> None:
    rows = [line for line in goal_table(split_report()) if "lost to noise at 0" in line]
    assert rows == ["| UAR lost to noise at 0 dB | 0.300 | at most 0.220 | **no** |"]
