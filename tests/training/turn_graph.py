"""A graph laid out as smart-turn's, in 8 bits, of weights that a test knows."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from training.turn_encoder import LAYERS, PREFIX, PRODUCTS, Weights
from training.turn_teacher import BANDS, POSITIONS


class Draft:
    """Nodes and constants, as they come."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.stored: list[onnx.TensorProto] = []

    def store(self, name: str, array: npt.NDArray[np.generic]) -> str:
        self.stored.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def quantised(self, name: str, array: npt.NDArray[np.float32], axis: int) -> str:
        """The name of a constant in 8 bits, with a scale for each slice along `axis`."""
        rest = tuple(i for i in range(array.ndim) if i != axis)
        scale = (np.abs(array).max(rest) / 127).astype(np.float32)
        shape = [-1 if i == axis else 1 for i in range(array.ndim)]
        whole = np.rint(array / scale.reshape(shape)).astype(np.int8)
        parts = [
            self.store(f"{name}_quantized", whole),
            self.store(f"{name}_scale", scale),
            self.store(f"{name}_zero_point", np.zeros(scale.shape, np.int8)),
        ]
        self.nodes.append(helper.make_node("DequantizeLinear", parts, [f"{name}_dq"], axis=axis))
        return f"{name}_dq"

    def calculate(self, kind: str, *inputs: str) -> None:
        self.nodes.append(helper.make_node(kind, ["x", *inputs], [f"y{len(self.nodes)}"]))


def encoder_weights(width: int, seed: int = 0) -> Weights:
    """Random weights of an encoder of this width, by transformers' names."""
    rng = np.random.default_rng(seed)
    shapes: dict[str, tuple[int, ...]] = {
        "conv1.weight": (width, BANDS, 3),
        "conv1.bias": (width,),
        "conv2.weight": (width, width, 3),
        "conv2.bias": (width,),
        "embed_positions.weight": (POSITIONS, width),
        "layer_norm.weight": (width,),
        "layer_norm.bias": (width,),
    }
    for i in range(LAYERS):
        shapes |= {f"layers.{i}.{name}.weight": (width, width) for name in PRODUCTS[:4]}
        shapes |= {f"layers.{i}.{name}.bias": (width,) for name in PRODUCTS[1:4]}
        shapes |= {
            f"layers.{i}.fc1.weight": (4 * width, width),
            f"layers.{i}.fc1.bias": (4 * width,),
        }
        shapes |= {f"layers.{i}.fc2.weight": (width, 4 * width), f"layers.{i}.fc2.bias": (width,)}
        for norm in ("self_attn_layer_norm", "final_layer_norm"):
            shapes |= {f"layers.{i}.{norm}.{part}": (width,) for part in ("weight", "bias")}
    return {name: rng.normal(0, 0.1, shape).astype(np.float32) for name, shape in shapes.items()}


def write_graph(path: Path, weights: Weights) -> Path:
    """Write them as smart-turn has them: matrices and convolutions in 8 bits, the rest as it is."""
    draft = Draft()
    matrices = {f"layers.{i}.{name}.weight" for i in range(LAYERS) for name in PRODUCTS}
    for i in (1, 2):
        draft.calculate(
            "Conv",
            draft.quantised(f"{PREFIX}conv{i}.weight", weights[f"conv{i}.weight"], 0),
            draft.quantised(f"{PREFIX}conv{i}.bias", weights[f"conv{i}.bias"], 0),
        )
    for i in range(LAYERS):
        for name in PRODUCTS:
            matrix = weights[f"layers.{i}.{name}.weight"].T
            draft.calculate("MatMul", draft.quantised(f"val_{i}_{name}", matrix, 1))
        draft.calculate("MatMul", "x")  # of attention: both sides are computed
    for name, array in weights.items():
        if name not in matrices and not name.startswith("conv"):
            draft.store(PREFIX + name, array)
    given = helper.make_tensor_value_info("x", TensorProto.FLOAT, None)
    graph = helper.make_graph(draft.nodes, "turn", [given], [], draft.stored)
    path.write_bytes(helper.make_model(graph).SerializeToString())
    return path
