import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file
from transformers import EvalPrediction, Wav2Vec2Config, Wav2Vec2Model

from training.manifest import LABELS
from training.settings import TrainSettings
from training.base import build_model, build_optimizer
from training.train import score, train


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


def test_a_pretrained_base_gets_our_labels_and_keeps_its_ears(tmp_path: Path) -> None:
    config = Wav2Vec2Config(
        conv_dim=(16, 16),
        conv_kernel=(10, 3),
        conv_stride=(80, 4),
        num_feat_extract_layers=2,
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        num_labels=3,
    )
    Wav2Vec2Model(config).save_pretrained(tmp_path)
    model = build_model(TrainSettings(speech=tmp_path, out=tmp_path, base=str(tmp_path)))
    assert model.config.id2label == dict(enumerate(LABELS))
    assert not any(p.requires_grad for p in model.wav2vec2.feature_extractor.parameters())
    assert all(p.requires_grad for p in model.wav2vec2.encoder.parameters())


def test_an_own_model_is_trained_on_whole_with_its_front_at_its_own_rate(
    finished: TrainSettings,
) -> None:
    settings = replace(finished, base=str(finished.out / "best"), rate=1e-3, front_rate=0.1)
    model = build_model(settings)
    assert all(p.requires_grad for p in model.wav2vec2.feature_extractor.parameters())
    rates = {
        id(p): group["lr"]
        for group in build_optimizer(model, settings).param_groups
        for p in group["params"]
    }
    layers = model.wav2vec2.feature_extractor.conv_layers
    assert rates[id(layers[0].conv.weight)] == pytest.approx(1e-4)
    assert rates[id(layers[2].conv.weight)] == pytest.approx(1e-3 * 0.1**0.5)
    assert rates[id(model.classifier.weight)] == pytest.approx(1e-3)
