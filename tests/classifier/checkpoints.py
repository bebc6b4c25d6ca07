"""Tiny random checkpoints of both kinds of Wav2Vec2, and signals to ask them about."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

RATE = 16000
EMOTIONS = ("angry", "disgust", "fearful", "happy", "neutral", "sad")
OUTPUTS = (*EMOTIONS, "no_speech")


def speechlike(seconds: float, seed: int = 0) -> npt.NDArray[np.int16]:
    """Harmonics of a gliding pitch under two formants, in syllables, over a little noise."""
    rng = np.random.default_rng(seed)
    time = np.arange(round(seconds * RATE)) / RATE
    pitch = rng.uniform(90, 220) * (1 + 0.2 * np.sin(2 * np.pi * rng.uniform(0.3, 1.5) * time))
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    wave = np.zeros_like(time)
    for harmonic in range(1, 25):
        frequency = harmonic * pitch.mean()
        gain = np.exp(-(((frequency - 600) / 400) ** 2)) + np.exp(
            -(((frequency - 1800) / 600) ** 2)
        )
        wave += (gain + 0.05) * np.sin(harmonic * phase)
    wave *= np.clip(np.sin(2 * np.pi * rng.uniform(2, 5) * time + rng.uniform(0, 6)), 0, 1)
    wave = wave / np.abs(wave).max() * 9000 + rng.normal(0, 60, time.size)
    return wave.astype(np.int16)


def copy_with(source: Path, target: Path, **changes: Any) -> Path:
    """A copy of a model directory with keys of its config.json changed; None takes one out."""
    target.mkdir(parents=True, exist_ok=True)
    for path in source.iterdir():
        (target / path.name).write_bytes(path.read_bytes())
    config = json.loads((target / "config.json").read_text())
    config.update(changes)
    config = {key: value for key, value in config.items() if value is not None}
    (target / "config.json").write_text(json.dumps(config))
    return target


def group_norm_config() -> Any:
    """Our compact model, narrow."""
    from training.compact import compact_config

    return compact_config(OUTPUTS, width=48, layers=2)


def layer_norm_config() -> Any:
    """As XLS-R has it, with the labels of a foreign checkpoint."""
    from transformers import Wav2Vec2Config

    labels = ("anger", "calm", "joy", "neutral", "boredom")
    return Wav2Vec2Config(
        conv_dim=(48, 48, 48),
        conv_kernel=(10, 8, 4),
        conv_stride=(5, 8, 4),
        num_feat_extract_layers=3,
        feat_extract_norm="layer",
        conv_bias=True,
        do_stable_layer_norm=True,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        num_conv_pos_embeddings=16,
        num_conv_pos_embedding_groups=4,
        classifier_proj_size=16,
        id2label=dict(enumerate(labels)),
        label2id={label: i for i, label in enumerate(labels)},
    )


def build_network(config: Any, seed: int) -> Any:
    """A random network whose answer depends on the sound: a fresh one says nearly nothing."""
    import torch
    from transformers import Wav2Vec2ForSequenceClassification

    torch.manual_seed(seed)
    network = Wav2Vec2ForSequenceClassification(config)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if name.endswith("weight") and parameter.dim() == 2:
                parameter.mul_(4)
    return network.eval()


def save_checkpoint(config: Any, folder: Path, *, mask: bool = False, seed: int = 1) -> Any:
    """A checkpoint as transformers saves it. Returns its network."""
    from transformers import Wav2Vec2FeatureExtractor

    network = build_network(config, seed)
    network.save_pretrained(folder)
    Wav2Vec2FeatureExtractor(return_attention_mask=mask).save_pretrained(folder)
    return network


def export_graph(network: Any, path: Path) -> None:
    """The ONNX graph that a model directory holds: opset 20, any number of samples."""
    import torch

    class Logits(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(self, input_values: torch.Tensor) -> torch.Tensor:
            return self.network(input_values=input_values).logits

    with warnings.catch_warnings():
        # torch 2.13's exporter meets its own deprecation while it copies a tree specification.
        warnings.filterwarnings("ignore", "`isinstance\\(treespec, LeafSpec\\)`", FutureWarning)
        program = torch.onnx.export(
            Logits().eval(),
            (torch.zeros(1, RATE),),
            dynamo=True,
            opset_version=20,
            input_names=["input_values"],
            output_names=["logits"],
            dynamic_shapes={"input_values": {1: torch.export.Dim("samples", min=2960)}},
            verbose=False,
        )
    program.save(str(path))


def save_pickle(source: Path, target: Path) -> Path:
    """A copy of a checkpoint with its weights as ``pytorch_model.bin`` alone."""
    import torch
    from safetensors.torch import load_file

    copy_with(source, target)
    torch.save(load_file(target / "model.safetensors"), target / "pytorch_model.bin")
    (target / "model.safetensors").unlink()
    (target / "model.onnx").unlink(missing_ok=True)
    return target
