from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import (
    Wav2Vec2FeatureExtractor,
    Wav2Vec2ForSequenceClassification,
    Wav2Vec2Model,
)

from classifier import LabelCountError, PickleRefusedError, WeightsError, open_classifier
from classifier.model import read_model
from classifier.source import find_model
from classifier.torch_runtime import TorchRuntime, cpu_threads
from tests.classifier.checkpoints import (
    copy_with,
    group_norm_config,
    layer_norm_config,
    save_checkpoint,
    save_pickle,
    speechlike,
)


def logits_of_transformers(folder, pcm, *, mask):
    """As transformers' own documentation does it."""
    network = Wav2Vec2ForSequenceClassification.from_pretrained(folder).eval()
    extractor = Wav2Vec2FeatureExtractor.from_pretrained(folder)
    wave = pcm.astype(np.float32) / 32768
    inputs = extractor(
        wave, sampling_rate=16000, return_tensors="pt", padding=True, return_attention_mask=mask
    )
    with torch.inference_mode():
        return network(**inputs).logits[0].numpy()


@pytest.mark.parametrize("mask", [False, True], ids=["no mask", "mask"])
def test_logits_are_those_of_transformers(model_directory, mask):
    """With a mask of ones or without: one segment is not padded, so there is nothing to mask."""
    classifier = open_classifier(model_directory, runtime="torch")
    for seconds in (0.4, 2.51):
        pcm = speechlike(seconds, 5)
        theirs = logits_of_transformers(model_directory, pcm, mask=mask)
        np.testing.assert_allclose(classifier.logits(pcm), theirs, rtol=0, atol=1e-5)


def test_without_normalisation_the_level_counts(layer_norm, tmp_path):
    folder = copy_with(layer_norm, tmp_path)
    Wav2Vec2FeatureExtractor(do_normalize=False).save_pretrained(folder)
    pcm = speechlike(1)
    logits = open_classifier(folder, runtime="torch").logits(pcm)
    np.testing.assert_allclose(
        logits, logits_of_transformers(folder, pcm, mask=False), rtol=0, atol=1e-5
    )
    assert np.abs(logits - open_classifier(layer_norm, runtime="torch").logits(pcm)).max() > 1e-3


def test_a_weighted_layer_sum_opens(tmp_path):
    config = layer_norm_config()
    config.use_weighted_layer_sum = True
    save_checkpoint(config, tmp_path)
    pcm = speechlike(1)
    np.testing.assert_allclose(
        open_classifier(tmp_path).logits(pcm),
        logits_of_transformers(tmp_path, pcm, mask=False),
        rtol=0,
        atol=1e-5,
    )


def test_half_precision_runs_in_single(group_norm, tmp_path):
    folder = copy_with(group_norm, tmp_path, dtype="float16")
    weights = {name: w.half() for name, w in load_file(folder / "model.safetensors").items()}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    pcm = speechlike(1)
    half = open_classifier(folder, runtime="torch").logits(pcm)
    assert half.dtype == np.float32
    np.testing.assert_allclose(half, open_classifier(group_norm).logits(pcm), atol=0.02)


def test_bf16_is_near_and_not_the_same(model_directory):
    exact, near = (
        open_classifier(model_directory, runtime="torch", precision=p) for p in ("fp32", "bf16")
    )
    assert (exact.precision, near.precision) == ("fp32", "bf16")
    pcm = speechlike(1.7, 2)
    difference = np.abs(exact.logits(pcm) - near.logits(pcm)).max()
    assert near.logits(pcm).dtype == np.float32
    assert 1e-4 < difference < 0.3


def test_waves_of_one_length_together_answer_as_one_by_one(model_directory):
    """What a GPU is given; several of one length need no padding, which would change them."""
    runtime = TorchRuntime(read_model(find_model(model_directory)), threads=1, precision="fp32")
    assert runtime.batches == torch.cuda.is_available()
    waves = np.stack([speechlike(1.1, seed) for seed in range(3)]).astype(np.float32) / 9000
    together = runtime.run_many(waves)
    one_by_one = [runtime.run(wave) for wave in waves]
    np.testing.assert_allclose(together, one_by_one, rtol=0, atol=1e-5)
    assert np.ptp(together, axis=0).max() > 0.01


def test_pickled_weights_are_refused_and_taken_with_leave(model_directory, tmp_path):
    folder = save_pickle(model_directory, tmp_path)
    with pytest.raises(PickleRefusedError, match=r"pytorch_model\.bin.*--allow-pickle"):
        open_classifier(folder)
    pcm = speechlike(1)
    np.testing.assert_allclose(
        open_classifier(folder, allow_pickle=True).logits(pcm),
        open_classifier(model_directory, runtime="torch").logits(pcm),
        rtol=0,
        atol=1e-6,
    )


class Payload:
    """Leaves a file behind when it is unpickled without care."""

    def __init__(self, target: Path) -> None:
        self._target = str(target)

    def __reduce__(self):
        return (os.mkdir, (self._target,))


def test_code_in_a_pickle_is_not_run_even_with_leave(group_norm, tmp_path):
    folder = save_pickle(group_norm, tmp_path / "model")
    torch.save({"weight": Payload(tmp_path / "ran")}, folder / "pytorch_model.bin")
    with pytest.raises(WeightsError, match="more than tensors; nothing in them was run"):
        open_classifier(folder, allow_pickle=True)
    assert not (tmp_path / "ran").exists()


def test_code_beside_a_checkpoint_is_not_run(group_norm, tmp_path):
    classes = {"AutoModelForAudioClassification": "code.Network", "AutoConfig": "code.Config"}
    folder = copy_with(group_norm, tmp_path, auto_map=classes)
    (folder / "code.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    open_classifier(folder, runtime="torch").warm_up()
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("damage", ["empty", "text", "half"])
def test_corrupt_weights_are_said(group_norm, tmp_path, damage):
    folder = copy_with(group_norm, tmp_path)
    weights = folder / "model.safetensors"
    whole = weights.read_bytes()
    weights.write_bytes({"empty": b"", "text": b"hello" * 9, "half": whole[:50000]}[damage])
    with pytest.raises(WeightsError, match="cannot be read"):
        open_classifier(folder, runtime="torch")


def test_labels_that_do_not_match_the_outputs_are_refused(group_norm, tmp_path):
    folder = copy_with(group_norm, tmp_path, id2label={"0": "happy", "1": "sad"})
    with pytest.raises(LabelCountError, match="the 2 outputs"):
        open_classifier(folder, runtime="torch")


def test_a_base_model_without_a_classifier_is_refused(tmp_path):
    """transformers would fill the head with random numbers, and every answer with them."""
    Wav2Vec2Model(group_norm_config()).save_pretrained(tmp_path / "base")
    folder = copy_with(tmp_path / "base", tmp_path / "model", architectures=None)
    with pytest.raises(WeightsError, match="without a classifier"):
        open_classifier(folder)


def test_weights_of_another_width_are_refused(group_norm, tmp_path):
    folder = copy_with(group_norm, tmp_path, intermediate_size=100)
    with pytest.raises(WeightsError, match="of another size"):
        open_classifier(folder, runtime="torch")


def test_a_checkpoint_without_the_mask_of_training_opens(group_norm, tmp_path):
    folder = copy_with(group_norm, tmp_path)
    weights = load_file(folder / "model.safetensors")
    del weights["wav2vec2.masked_spec_embed"]
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    open_classifier(folder, runtime="torch").warm_up()


def test_threads_are_the_callers_again_afterwards():
    before = torch.get_num_threads()
    with cpu_threads(before + 1):
        assert torch.get_num_threads() == before + 1
    assert torch.get_num_threads() == before


@pytest.mark.parametrize("threads", [1, 2])
def test_a_run_uses_the_threads_it_was_given(group_norm, monkeypatch, threads):
    classifier = open_classifier(group_norm, runtime="torch", threads=threads)
    seen = []
    forward = Wav2Vec2ForSequenceClassification.forward
    monkeypatch.setattr(
        Wav2Vec2ForSequenceClassification,
        "forward",
        lambda *a, **k: seen.append(torch.get_num_threads()) or forward(*a, **k),
    )
    with cpu_threads(3):
        classifier.warm_up()
        assert torch.get_num_threads() == 3
    assert seen == [threads]


def test_nothing_is_printed(group_norm):
    script = (
        "import sys\n"
        "from classifier import open_classifier\n"
        "open_classifier(sys.argv[1], runtime='torch').warm_up()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(group_norm)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
