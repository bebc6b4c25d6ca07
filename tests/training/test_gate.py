from pathlib import Path

import numpy as np
import pytest

from tests.training.loop import with_outputs
from training.bootstrap import Margin
from training.gate import Comparison, GateError, compare
from training.metrics import Interval
from training.segments import Segments
from training.settings import TrainSettings
from training.splits import load_segments


def compared(low: float, *, margin: float, speakers: int = 20) -> Comparison:
    return Comparison(
        candidate="2",
        serving="1",
        candidate_uar=0.62,
        serving_uar=0.6,
        difference=Margin(value=0.02, interval=Interval(low=low, high=0.05)),
        margin=margin,
        segments=300,
        speakers=speakers,
    )


@pytest.mark.parametrize(
    ("low", "margin", "passes"),
    [
        (0.001, 0.0, True),
        (0.0, 0.0, False),
        (-0.0199, 0.02, True),
        (-0.02, 0.02, False),
        (-0.3, 0.02, False),
        (-0.3, 0.4, True),
        (float("nan"), 0.02, False),
    ],
)
def test_the_rule_is_about_the_lower_end(low: float, margin: float, passes: bool) -> None:
    assert compared(low, margin=margin).passes is passes


def test_it_says_the_rule_and_the_interval() -> None:
    said = str(compared(-0.011, margin=0.02))
    assert "difference +0.0200, 95 % over speakers -0.0110 to +0.0500" in said
    assert "the lower end lies above -0.0200: not worse" in said
    assert "WORSE" in str(compared(-0.03, margin=0.02))
    assert "only 4 speakers" in str(compared(0, margin=0.02, speakers=4))
    assert "only" not in said


@pytest.fixture(scope="module")
def others(tiny: TrainSettings) -> Segments:
    return load_segments(tiny, "test")


def test_a_model_is_not_worse_than_itself(taught: Path, others: Segments) -> None:
    found = compare(taught, taught, others)
    assert found.passes
    assert found.difference.interval == Interval(low=0, high=0)
    assert found.candidate_uar == found.serving_uar > 0.9
    assert (found.segments, found.speakers) == (len(others) - noises(others), 2)


def noises(segments: Segments) -> int:
    return sum(segments.clip(i).label == "no_speech" for i in range(len(segments)))


def test_a_model_that_mixes_emotions_up_is_worse(
    taught: Path, others: Segments, tmp_path: Path
) -> None:
    order = [1, 2, 3, 4, 5, 0, 6]
    mixed = with_outputs(taught, tmp_path / "mixed", lambda rows: rows[order])
    found = compare(mixed, taught, others)
    assert not found.passes
    assert found.candidate_uar < found.serving_uar
    assert found.difference.value == pytest.approx(found.candidate_uar - found.serving_uar)
    assert compare(taught, mixed, others).passes, "the other way round it is an improvement"


def test_without_speech_nothing_is_compared(taught: Path, others: Segments) -> None:
    silent = Segments(others.clips, [], np.zeros(0, np.int16))
    with pytest.raises(GateError, match="test split"):
        compare(taught, taught, silent)


def test_other_emotions_cannot_be_compared(taught: Path, others: Segments, tmp_path: Path) -> None:
    other = with_outputs(taught, tmp_path / "other", lambda rows: rows)
    config = other / "config.json"
    config.write_text(config.read_text().replace("sad", "bored"))
    with pytest.raises(GateError, match="bored"):
        compare(other, taught, others)
