import shutil
from pathlib import Path

import pytest
from safetensors.torch import load_file, save_file

from classifier import open_classifier
from training.manifest import EMOTIONS
from training.parity import compare
from training.settings import TrainSettings
from training.splits import load_segments


def test_torch_and_the_graph_say_the_same_of_real_segments(
    model: Path, finished: TrainSettings
) -> None:
    check = load_segments(finished, "validation")
    wide, graph = (open_classifier(model, runtime=r) for r in ("torch", "onnxruntime"))
    found = compare(wide, graph, check)
    assert found.segments == sum(check.clip(i).label in EMOTIONS for i in range(len(check)))
    assert found.segments < len(check)  # the noise is left out
    assert found.same_verdict == 1
    assert found.accuracy[0] == found.accuracy[1] > 0
    assert found.uar[0] == found.uar[1]
    assert found.score_difference < 1e-4
    assert f"{found.segments} segments: accuracy" in str(found)


def test_another_answer_is_noticed(model: Path, finished: TrainSettings, tmp_path: Path) -> None:
    """A bias that says angry to everything: right for a sixth, and otherwise not as it was."""
    other = tmp_path / "other"
    shutil.copytree(model, other)
    weights = load_file(other / "model.safetensors")
    weights["classifier.bias"][0] += 50
    save_file(weights, other / "model.safetensors", metadata={"format": "pt"})
    check = load_segments(finished, "validation")
    found = compare(*(open_classifier(f, runtime="torch") for f in (model, other)), check=check)
    assert found.accuracy[1] == pytest.approx(1 / 6)
    assert found.uar[1] == pytest.approx(1 / 6)
    assert found.same_verdict < 0.9
    assert found.score_difference > 0.5
