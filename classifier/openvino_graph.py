"""Lets OpenVINO run a Wav2Vec2 on a few round lengths and answer for any length.

OpenVINO compiles kernels for each length of input it meets and never frees some of them: with
wav2vec2-base 50 ms and 8 MB a length. So waves are padded with zeros to round lengths (see
`classifier.lengths`), and the graph is changed in the four places where padding would be heard;
there it is told how long the sound is. The answer is the same: the tests compare it with ONNX
Runtime's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from classifier.lengths import Layer
from classifier.openvino_import import openvino
from classifier.openvino_import import opset as op

STEPS: Final = "steps"
FRAMES: Final = "frames"
MASKED: Final = -1e9
"""Added to the score of a frame that is padding, before the softmax: bf16 holds it, exp gives 0."""


def accept_padding(graph: openvino.Model, layers: Sequence[Layer]) -> bool:
    """Give a graph the inputs `STEPS` and `FRAMES`, after which padding changes nothing.

    Args:
        graph: of a ``Wav2Vec2ForSequenceClassification``; changed in place.
        layers: the convolutions that its configuration names.

    Returns:
        Whether it was done: a graph with anything unknown in it is left as it is.
    """
    places = _find(graph, layers)
    if places is None:
        return False
    frames, steps = (op.parameter([1], np.int64, name=name) for name in (FRAMES, STEPS))
    for node, name in ((frames, FRAMES), (steps, STEPS)):
        node.output(0).set_names({name})
    count = _length(places.position.input_value(0), 2)
    heard = op.less(op.range(_scalar(0), op.squeeze(count, _one(0)), _scalar(1), "i64"), frames)
    for norm in places.norms:
        _crop_around(norm, steps)
    _replace(places.position, lambda x: op.multiply(x, op.convert(heard, "f32")))
    mask = op.select(heard, _float(0.0), _float(MASKED))
    for softmax in places.softmaxes:
        _replace(softmax, lambda x: op.add(x, mask))
    _replace(places.mean, lambda x: op.slice(x, _one(0), frames, _one(1), _one(1)))
    graph.add_parameters([frames, steps])
    graph.validate_nodes_and_infer_types()
    return True


class _Places(NamedTuple):
    """Where a Wav2Vec2 mixes what is apart in time, besides the encoder's own convolutions."""

    norms: list[Any]
    position: Any
    softmaxes: list[Any]
    mean: Any


def _find(graph: openvino.Model, layers: Sequence[Layer]) -> _Places | None:
    nodes: dict[str, list[Any]] = {}
    for node in graph.get_ordered_ops():
        nodes.setdefault(node.get_type_name(), []).append(node)
    reductions = [
        node
        for kind, found in nodes.items()
        if kind.startswith("Reduce")
        for node in found
        if _is_over_time(node)
    ]
    softmaxes = [node for node in nodes.get("Softmax", []) if _is_dynamic(node, -1)]
    positions = nodes.get("GroupConvolution", [])
    found_layers = [_layer(node) for node in nodes.get("Convolution", [])]
    known = (
        found_layers == list(layers)
        and len(positions) == 1
        and [node.get_type_name() for node in reductions] == ["ReduceMean"]
        and bool(softmaxes)
    )
    if not known:
        return None
    norms = [node for node in nodes.get("MVN", []) if _is_dynamic(node, -1)]
    return _Places(norms, positions[0], softmaxes, reductions[0])


def _layer(convolution: Any) -> Layer:
    attributes = convolution.get_attributes()
    if len(attributes["strides"]) != 1 or any(attributes["pads_begin"] + attributes["pads_end"]):
        return Layer(0, 0)
    return Layer(_dimension(convolution.input_value(1), -1), attributes["strides"][0])


def _is_over_time(reduction: Any) -> bool:
    axes = reduction.input_value(1).get_node()
    if axes.get_type_name() != "Constant":
        return True
    shape = reduction.input_value(0).get_partial_shape()
    return any(shape[int(axis) % len(shape)].is_dynamic for axis in np.ravel(axes.get_data()))


def _is_dynamic(node: Any, axis: int) -> bool:
    shape = node.input_value(0).get_partial_shape()
    return bool(shape[axis % len(shape)].is_dynamic)


def _dimension(value: Any, axis: int) -> int:
    shape = value.get_partial_shape()
    dimension = shape[axis % len(shape)]
    return 0 if dimension.is_dynamic else int(dimension.get_length())


def _replace(node: Any, change: Any) -> None:
    """Put something before the first input of a node."""
    node.input(0).replace_source_output(change(node.input_value(0)).output(0))


def _crop_around(norm: Any, length: Any) -> None:
    """Let a normalisation over time see `length` values, and those behind it the padded length."""
    users = norm.output(0).get_target_inputs()
    padded = _length(norm.input_value(0), 2)
    _replace(norm, lambda x: op.slice(x, _one(0), length, _one(1), _one(2)))
    zeros = op.constant(np.zeros(2, np.int64))
    behind = op.concat([zeros, op.subtract(padded, length)], 0)
    before = op.constant(np.zeros(3, np.int64))
    whole = op.pad(norm, before, behind, "constant", _float(0.0))
    for user in users:
        user.replace_source_output(whole.output(0))


def _length(value: Any, axis: int) -> Any:
    return op.gather(op.shape_of(value, "i64"), _one(axis), op.constant(np.array(0, np.int64)))


def _one(value: int) -> Any:
    return op.constant(_array(value))


def _array(value: int) -> npt.NDArray[np.int64]:
    return np.array([value], np.int64)


def _scalar(value: int) -> Any:
    return op.constant(np.array(value, np.int64))


def _float(value: float) -> Any:
    return op.constant(np.array(value, np.float32))
