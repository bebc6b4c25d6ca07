from __future__ import annotations

from pathlib import Path

import pytest

from tests.classifier import checkpoints


@pytest.fixture(scope="session")
def group_norm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole model directory with group norm and our seven outputs. Not to be written to."""
    folder = tmp_path_factory.mktemp("models") / "group"
    network = checkpoints.save_checkpoint(checkpoints.group_norm_config(), folder)
    checkpoints.export_graph(network, folder / "model.onnx")
    return folder


@pytest.fixture(scope="session")
def layer_norm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with layer norm, an attention mask configured, and foreign labels."""
    folder = tmp_path_factory.mktemp("models") / "layer"
    network = checkpoints.save_checkpoint(checkpoints.layer_norm_config(), folder, mask=True)
    checkpoints.export_graph(network, folder / "model.onnx")
    return folder


@pytest.fixture(params=["group_norm", "layer_norm"])
def model_directory(request: pytest.FixtureRequest) -> Path:
    """Each of the two."""
    folder: Path = request.getfixturevalue(request.param)
    return folder
