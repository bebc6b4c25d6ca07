from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from bench.recordings import RATE, Pcm
from tests.classifier import checkpoints
from vad.voice import speak


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole model directory with random weights. Not to be written to."""
    folder = tmp_path_factory.mktemp("models") / "tiny"
    network = checkpoints.save_checkpoint(checkpoints.group_norm_config(), folder)
    checkpoints.export_graph(network, folder / "model.onnx")
    return folder


@pytest.fixture
def one_utterance() -> Pcm:
    """Half a second of silence, a second of voice, a second of silence."""
    return with_silence(speak(1.0), before=0.5, after=1.0)


def with_silence(pcm: Pcm, *, before: float, after: float) -> Pcm:
    silence = [np.zeros(round(seconds * RATE), "<i2") for seconds in (before, after)]
    return np.concatenate([silence[0], pcm, silence[1]])


def write(path: Path, pcm: Pcm, rate: int = RATE) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, pcm, rate, subtype="PCM_16")
    return path
