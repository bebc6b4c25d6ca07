"""A model that costs nothing: what remains when it answers is everything but the model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import numpy as np

from bench.errors import MissingPackageError

OUTPUTS: Final = ("angry", "disgust", "fearful", "happy", "neutral", "sad", "no_speech")
LOGITS: Final = (0.0, 0.0, 0.0, 0.0, 4.0, 0.0, 0.0)
OPSET: Final = 20


def write_stub(folder: Path) -> Path:
    """Write a model directory that answers ``neutral`` to everything, whatever its length.

    Its graph looks at one sample; a server cannot tell it from any other.

    Returns:
        The folder.

    Raises:
        MissingPackageError: onnx is not installed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    config = {
        "model_type": "wav2vec2",
        "architectures": ["Wav2Vec2ForSequenceClassification"],
        "id2label": dict(enumerate(OUTPUTS)),
    }
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "preprocessor_config.json").write_text(json.dumps({"do_normalize": False}))
    (folder / "vivavoz.json").write_text(json.dumps({"name": "stub", "version": "1"}))
    (folder / "model.onnx").write_bytes(_graph())
    return folder


def _graph() -> bytes:
    try:
        from onnx import TensorProto, helper, numpy_helper
    except ImportError as error:
        raise MissingPackageError("onnx") from error
    tensor = helper.make_tensor_value_info
    constants = {
        "start": np.array([0], np.int64),
        "end": np.array([1], np.int64),
        "axis": np.array([1], np.int64),
        "weights": np.zeros((1, len(OUTPUTS)), np.float32),
        "bias": np.array([LOGITS], np.float32),
    }
    graph = helper.make_graph(
        [
            helper.make_node("Slice", ["input_values", "start", "end", "axis"], ["first"]),
            helper.make_node("Gemm", ["first", "weights", "bias"], ["logits"]),
        ],
        "stub",
        [tensor("input_values", TensorProto.FLOAT, ["batch", "samples"])],
        [tensor("logits", TensorProto.FLOAT, ["batch", len(OUTPUTS)])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    opset = [helper.make_opsetid("", OPSET)]
    model = helper.make_model(graph, opset_imports=opset, ir_version=10)
    serialised: bytes = model.SerializeToString()
    return serialised
