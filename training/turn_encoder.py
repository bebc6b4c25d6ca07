"""The encoder out of smart-turn's graph: Whisper tiny, tuned to hear whether a speaker is done.

smart-turn v3 (Daily, BSD-2-Clause; Whisper by OpenAI, MIT) learned from 23 languages that how
something is said tells whether more will come, and so its encoder knows much of prosody. Its graph
travels in the package ``pipecat-ai`` with weights in 8 bits; here they become floats again, under
the names that transformers has for them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import onnx
from google.protobuf.message import DecodeError
from onnx import numpy_helper

from training.errors import TrainingError

Weights = dict[str, npt.NDArray[np.float32]]

PREFIX: Final = "inner.encoder."
PRODUCTS: Final = (
    "self_attn.k_proj",
    "self_attn.q_proj",
    "self_attn.v_proj",
    "self_attn.out_proj",
    "fc1",
    "fc2",
)
"""The matrices of a layer, in the order in which the graph multiplies by them."""
LAYERS: Final = 4


class EncoderError(TrainingError, ValueError):
    """The file is not smart-turn's graph; the message says which is."""


class _Graph:
    """A quantised graph, asked for its constants."""

    def __init__(self, graph: onnx.GraphProto) -> None:
        self.nodes = graph.node
        self.stored = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
        self._made_by = {output: node for node in graph.node for output in node.output}

    def constant(self, name: str) -> npt.NDArray[np.float32] | None:
        """The constant of this name as floats; None for what is computed from the input."""
        if name in self.stored:
            plain: npt.NDArray[np.float32] = self.stored[name].astype(np.float32)
            return plain
        node = self._made_by.get(name)
        if node is None or node.op_type != "DequantizeLinear" or node.input[0] not in self.stored:
            return None
        quantised, scale, zero = (self.stored[part] for part in node.input)
        axis = next((a.i for a in node.attribute if a.name == "axis"), 1)
        if scale.size > 1:
            shape = [-1 if i == axis else 1 for i in range(quantised.ndim)]
            scale, zero = scale.reshape(shape), zero.reshape(shape)
        whole: npt.NDArray[np.float32] = (
            quantised.astype(np.float32) - zero.astype(np.float32)
        ) * scale
        return whole


def read_encoder(path: Path) -> Weights:
    """The weights of the encoder by their names in transformers' ``WhisperEncoder``.

    Raises:
        EncoderError: the file is no such graph.
        OSError: there is no such file.
    """
    try:
        graph = _Graph(onnx.load_model_from_string(path.read_bytes()).graph)
        weights = {**_plain(graph), **_products(graph), **_convolutions(graph)}
    except (DecodeError, KeyError, ValueError) as error:
        raise EncoderError(_advice(path)) from error
    if len(weights) != 1 + 2 * 2 + LAYERS * 15 + 2:
        raise EncoderError(_advice(path))
    return weights


def _advice(path: Path) -> str:
    return (
        f"{path} is not the graph of smart-turn v3: take "
        "pipecat/audio/turn/smart_turn/data/smart-turn-v3.2-cpu.onnx out of pipecat-ai 1.14.0"
    )


def _plain(graph: _Graph) -> Weights:
    """What is stored as floats: positions, norms, biases."""
    return {
        name.removeprefix(PREFIX): array
        for name, array in graph.stored.items()
        if name.startswith(PREFIX) and name.endswith((".weight", ".bias"))
    }


def _products(graph: _Graph) -> Weights:
    constants = (graph.constant(n.input[1]) for n in graph.nodes if n.op_type == "MatMul")
    matrices = [matrix for matrix in constants if matrix is not None]
    return {
        f"layers.{layer}.{name}.weight": matrices[layer * len(PRODUCTS) + i].T.copy()
        for layer in range(LAYERS)
        for i, name in enumerate(PRODUCTS)
        if layer * len(PRODUCTS) + i < len(matrices)
    }


def _convolutions(graph: _Graph) -> Weights:
    found: Weights = {}
    convolutions = [node for node in graph.nodes if node.op_type == "Conv"]
    for i, node in enumerate(convolutions, 1):
        for part, name in zip(("weight", "bias"), node.input[1:], strict=True):
            constant = graph.constant(name)
            if constant is not None:
                found[f"conv{i}.{part}"] = constant
    return found
