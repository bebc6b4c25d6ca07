from __future__ import annotations

from pathlib import Path

import pytest

from bench import random_base
from bench.errors import BenchError
from bench.model import named_model
from bench.random_base import LABELS, NAME
from tests.classifier import checkpoints


def test_a_name_means_itself() -> None:
    assert named_model("default") == "default"
    assert named_model("some/folder") == "some/folder"


def test_what_is_there_is_not_made_again(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").touch()
    assert random_base.random_base(tmp_path) == tmp_path


def test_a_checkpoint_with_random_weights_becomes_a_model_directory(tmp_path: Path) -> None:
    """A small one: the size is the configuration's alone."""
    import torch

    from classifier import open_classifier
    from vad.voice import speak

    config = checkpoints.layer_norm_config()
    random_base.save_random(config, tmp_path / "a")
    torch.rand(1)
    random_base.save_random(config, tmp_path / "b")
    one, other = ((tmp_path / name / "model.safetensors").read_bytes() for name in "ab")
    assert one == other
    random_base._export(tmp_path / "a", tmp_path / "model")
    opened = open_classifier(tmp_path / "model", runtime="onnxruntime", precision="fp32")
    assert opened.logits(speak(1.0)).shape == (5,)
    assert open_classifier(tmp_path / "model", precision="int8").precision == "int8"
    assert len(LABELS) == 6
    assert NAME == "random-base"


def test_what_cannot_be_exported_is_said(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match=r"random-base could not be exported: .*config\.json"):
        random_base._export(tmp_path / "none", tmp_path / "model")
