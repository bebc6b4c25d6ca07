import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file
from transformers import EvalPrediction

from training.augment_settings import read_augment
from training.dataset import normalise
from training.manifest import LABELS
from training.settings import TrainSettings
from training.splits import load_segments
from training.train import learning_dataset, score, train


def one_hot(labels: list[int]) -> np.ndarray:
    return np.eye(len(LABELS), dtype=np.float32)[labels]


def test_score_counts_recall_of_each_emotion_alike() -> None:
    logits = one_hot([0, 0, 0, 1, 0, 6])  # three of angry right; of two disgust one; one noise
    found = score(EvalPrediction(predictions=logits, label_ids=one_hot([0, 0, 0, 1, 1, 6])))
    assert found["accuracy"] == pytest.approx(4 / 5)
    assert found["uar"] == pytest.approx((1 + 1 / 2) / 2)
    assert found["speech_refused"] == 0
    assert found["noise_refused"] == 1


def test_score_ignores_no_speech_when_it_asks_which_emotion() -> None:
    logits = one_hot([6]) * 2 + one_hot([3])
    found = score(EvalPrediction(predictions=logits, label_ids=one_hot([3])))
    assert found["accuracy"] == 1
    assert found["speech_refused"] == 1


def losses(run: Path) -> list[float]:
    history = json.loads((run / "trainer_state.json").read_text())["log_history"]
    return [row["eval_loss"] for row in history if "eval_loss" in row]


def test_a_run_leaves_the_best_weights_and_what_it_was(finished: TrainSettings) -> None:
    assert len(losses(finished.out)) == 2
    assert (finished.out / "best" / "model.safetensors").exists()
    facts = json.loads((finished.out / "run.json").read_text())
    assert facts["seed"] == finished.seed
    assert facts["epochs"] == 2
    assert set(facts["corpus_hours"]) == {"emodb", "ravdess"}
    assert 0 < sum(facts["corpus_hours"].values()) < facts["hours"]  # the rest is noise


def test_weights_change(finished: TrainSettings) -> None:
    first, last = sorted(finished.out.glob("checkpoint-*"), key=lambda p: int(p.name[11:]))
    before, after = (load_file(folder / "model.safetensors") for folder in (first, last))
    assert all(np.isfinite(after[key]).all() for key in after)
    assert any(np.abs(before[key] - after[key]).max() > 1e-4 for key in after)


def test_a_stopped_run_goes_on_as_if_it_had_not_stopped(
    finished: TrainSettings, tmp_path: Path
) -> None:
    shutil.copytree(finished.out.parent / "cache", tmp_path / "cache")
    stopped = replace(finished, out=tmp_path / "run")
    first = min(finished.out.glob("checkpoint-*"), key=lambda p: int(p.name[11:]))
    shutil.copytree(first, stopped.out / first.name)
    written = (stopped.out / first.name / "model.safetensors").stat().st_mtime_ns

    train(stopped)

    # It did not start anew: the first epoch was not written again.
    assert (stopped.out / first.name / "model.safetensors").stat().st_mtime_ns == written
    assert losses(stopped.out) == losses(finished.out)
    last = max(p.name for p in stopped.out.glob("checkpoint-*"))
    again, straight = (load_file(s.out / last / "model.safetensors") for s in (stopped, finished))
    for key in straight:
        np.testing.assert_array_equal(again[key], straight[key])


def test_a_run_that_no_longer_gets_better_is_stopped(tiny: TrainSettings, tmp_path: Path) -> None:
    """At a rate of nothing the first epoch is the best; two more are waited for."""
    train(replace(tiny, out=tmp_path / "run", epochs=6, rate=1e-12, patience=2))
    assert len(losses(tmp_path / "run")) == 3


def test_settings_reach_what_they_are_about(tiny: TrainSettings, tmp_path: Path) -> None:
    asked = replace(tiny, out=tmp_path / "run", balance="none", augment=read_augment("none"))
    learn = load_segments(asked, "train")
    dataset = learning_dataset(asked, learn)
    np.testing.assert_allclose(dataset.weights, 1, rtol=1e-6)
    np.testing.assert_allclose(
        dataset[0]["input_values"], normalise(learn.pcm(0) / np.float32(32768)), atol=1e-5
    )
    changed = learning_dataset(replace(asked, augment=read_augment("none,babble=1")), learn)
    assert np.abs(changed[0]["input_values"] - dataset[0]["input_values"]).max() > 0.01
