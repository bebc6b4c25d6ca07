"""Models for a store, made of one by a change that matters or by damage."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np

from classifier import open_classifier
from classifier.canary import record_canaries
from tests.voice import speak


def variant(model: Path, folder: Path, version: str, *, temperature: float = 1.0) -> Path:
    """A whole model of another version, with other scores; canaries answered as they should be."""
    shutil.copytree(model, folder)
    path = folder / "vivavoz.json"
    description = json.loads(path.read_text())
    description["version"] = version
    description["calibration"]["temperature"] = temperature
    path.write_text(json.dumps(description))
    sounds = [speak(0.5 + 0.2 * i, pitch=100 + 40 * i) for i in range(3)]
    record_canaries(open_classifier(folder), sounds).save(folder)
    return folder


def damage_weights(folder: Path) -> None:
    """Bytes of the weights get lost, as on a bad disk; the graph still loads."""
    path = folder / "model.onnx"
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 20_000] = bytes(20_000)
    path.write_bytes(content)


def make_nan(folder: Path) -> None:
    """The weights became no numbers, as after a training that diverged."""
    import onnx
    from onnx import numpy_helper

    graph = onnx.load(folder / "model.onnx")
    for tensor in graph.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype == np.float32 and values.ndim == 2:
            nan = np.full_like(values, np.nan)
            tensor.CopyFrom(numpy_helper.from_array(nan, tensor.name))
    onnx.save(graph, folder / "model.onnx")


def swap_labels(folder: Path, label: str) -> None:
    """It knows another emotion, in its configuration and its canaries."""
    path = folder / "config.json"
    path.write_text(path.read_text().replace("sad", label))
    (folder / "canaries.npz").unlink()
    record_canaries(open_classifier(folder), [speak(0.5)]).save(folder)
