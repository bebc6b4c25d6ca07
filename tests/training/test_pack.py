import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from classifier import open_classifier
from training.calibrate import REFUSED
from training.manifest import EMOTIONS
from training.pack import calibrate_model, describe, facts_of, sound_sets
from training.push import FILES
from training.run import RunError, read_facts
from training.settings import TrainSettings
from training.splits import load_segments


def test_a_packed_run_is_a_whole_model(model: Path) -> None:
    assert {p.name for p in model.iterdir()} == set(FILES)


def test_the_stored_calibration_is_the_one_of_validation(
    finished: TrainSettings, model: Path, tmp_path: Path
) -> None:
    stored = json.loads((model / "vivavoz.json").read_text())["calibration"]
    shutil.copytree(model, tmp_path / "m")
    fitted = calibrate_model(tmp_path / "m", load_segments(finished, "validation"))
    assert stored == fitted.calibration.model_dump()
    assert stored["temperature"] != 1


def test_what_calibration_promises_is_what_serving_does(
    finished: TrainSettings, model: Path
) -> None:
    check, classifier = load_segments(finished, "validation"), open_classifier(model)
    verdicts = [
        classifier.classify(check.pcm(i))
        for i in range(len(check))
        if check.clip(i).label in EMOTIONS
    ]
    assert np.mean([v.reason == "no_speech" for v in verdicts]) <= REFUSED
    assert np.mean([v.reason == "uncertain" for v in verdicts]) <= 0.4


def test_a_run_that_says_nothing_of_itself_is_described_by_its_settings(
    own_run: TrainSettings,
) -> None:
    told = read_facts(own_run.out)
    (own_run.out / "run.json").unlink()
    assert facts_of(own_run) == told


def test_a_card_needs_a_report(finished: TrainSettings, tmp_path: Path) -> None:
    with pytest.raises(RunError, match="vivavoz-train evaluate"):
        describe(finished, tmp_path)


def test_sound_sets(finished: TrainSettings) -> None:
    assert sound_sets(finished.sounds) == ("hiss", "room")
    assert sound_sets(None) == ()
