import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from classifier import Calibration, open_classifier
from training.cli import main
from training.noise_threshold import (
    THRESHOLDS_DB,
    Judged,
    attempt,
    choose_threshold,
    judge_in_noise,
    tried_on,
)
from training.recordings import whole
from training.robustness import SNR_DB
from training.settings import TrainSettings
from training.splits import load_segments


def judged(below: float, n: int = 4000, speakers: int = 20) -> Judged:
    """Answers that are right as often as their confidence says, but for those in noise.

    Args:
        below: how often those under 10 dB are right.
        n: how many.
        speakers: that they are spread over.
    """
    rng = np.random.default_rng(0)
    confidence = rng.uniform(0.3, 1, n)
    snr_db = rng.uniform(5, 40, n)
    chance = np.where(snr_db < 10, below, confidence)
    names = np.array([f"p{i % speakers}" for i in range(n)])
    return Judged(names, snr_db, confidence, rng.random(n) < chance)


def test_where_confidence_does_not_know_of_noise_the_threshold_is_found() -> None:
    found = choose_threshold(judged(0.1), 0.5)
    assert found.helps
    assert found.threshold_db == 10
    assert found.gain > 0.03
    assert found.gain_interval.low > 0
    at = found.tries[THRESHOLDS_DB.index(10)]
    assert at.below_accuracy == pytest.approx(0.1, abs=0.05)
    assert "least_snr_db is 10" in str(found)
    assert ", the default" not in str(found)


def test_where_confidence_knows_as_much_the_default_stays() -> None:
    sure = judged(0.1)
    confidence = np.where(sure.snr_db < 10, 0.2, sure.confidence)  # it knows
    right = np.random.default_rng(1).random(len(confidence)) < sure.confidence
    found = choose_threshold(Judged(sure.speakers, sure.snr_db, confidence, right), 0.5)
    assert not found.helps
    assert found.threshold_db == Calibration().least_snr_db
    assert "least_snr_db is 3, the default" in str(found)


def test_one_threshold_by_hand() -> None:
    four = Judged(
        np.array(["p"] * 4),
        np.array([5.0, 12, 12, 12]),
        np.array([0.9, 0.8, 0.7, 0.3]),
        np.array([False, True, True, True]),
    )
    tried = attempt(four, 0.5, 10)
    assert (tried.answered, tried.accuracy, tried.alone) == (0.5, 1, 0.5)
    assert (tried.below, tried.below_accuracy, tried.gain) == (1, 0, 0.5)
    assert attempt(four, 0.5, 4).below_accuracy is None
    assert attempt(four, 0.5, 4).gain == 0
    assert attempt(four, 0.95, 4).accuracy == 0


def test_a_speaker_has_no_part_in_the_choice_that_is_tried_on_them() -> None:
    many = judged(0.1, n=400, speakers=2)
    turned = Judged(
        many.speakers,
        np.where(many.speakers == "p0", 45 - many.snr_db, many.snr_db),
        many.confidence,
        many.right,
    )
    kept, right, alone, right_alone = tried_on(turned, 0.5, "p0")
    assert right / kept < right_alone / alone, "10 dB is no good for p0, and is taken all the same"
    assert tried_on(turned.at(turned.speakers == "p0"), 0.5, "p0").tolist() == [0] * 4


def test_hears_recordings_clean_and_in_every_noise(finished: TrainSettings, model: Path) -> None:
    check = load_segments(finished, "validation")
    recordings = whole(check.clips, finished.out.parent / "cache")
    found = judge_in_noise(open_classifier(model), check, recordings, 4)
    kinds = 3  # two speakers do not babble
    assert 4 <= len(found.right) <= 4 * (1 + kinds * len(SNR_DB))
    assert set(found.speakers) == {"dan", "eva"}
    assert found.snr_db.max() > 30
    assert found.snr_db.min() < 20
    assert ((found.confidence > 1 / 7) & (found.confidence <= 1)).all()


def test_the_command_stores_what_it_chooses_and_nothing_else(
    finished: TrainSettings, model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = shutil.copytree(model, tmp_path / "own")
    stored = json.loads((own / "vivavoz.json").read_text())
    wrong = {**stored, "calibration": {**stored["calibration"], "least_snr_db": 12.0}}
    (own / "vivavoz.json").write_text(json.dumps(wrong))
    words = ["noise-threshold", str(own), "--speech", str(finished.speech), "--sounds"]
    words += [str(finished.sounds), "--run", str(finished.out), "--clips", "4"]
    assert main(words) == 0
    assert "least_snr_db is" in capsys.readouterr().out
    now = json.loads((own / "vivavoz.json").read_text())
    assert now["calibration"].pop("least_snr_db") != 12
    stored["calibration"].pop("least_snr_db")
    assert now == stored
