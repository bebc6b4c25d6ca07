"""What runs a model: the interface of the runtimes, and how each is opened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, Protocol, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

from classifier.errors import RuntimeUnavailableError, WeightsError
from classifier.model import Model
from classifier.weights import GRAPH, INT8_GRAPH, check_torch_weights, has_graph, has_int8_graph

RuntimeName: TypeAlias = Literal["auto", "onnxruntime", "openvino", "torch"]
PrecisionName: TypeAlias = Literal["auto", "fp32", "bf16", "int8"]

PRECISIONS: Final[Mapping[RuntimeName, tuple[PrecisionName, ...]]] = {
    "onnxruntime": ("int8", "fp32"),
    "openvino": ("bf16", "fp32"),
    "torch": ("bf16", "fp32"),
}
"""What each runtime can do, the quickest first."""


class Runtime(Protocol):
    """A network ready to run. Several threads may run it at once."""

    @property
    def name(self) -> str:
        """``onnxruntime``, ``openvino`` or ``torch``."""
        ...

    @property
    def precision(self) -> str:
        """``fp32``, ``bf16`` or ``int8``."""
        ...

    @property
    def batches(self) -> bool:
        """Whether several waves of one length are quicker together than one by one."""
        ...

    def run(self, wave: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Logits, shape ``(n_outputs,)``, for one wave, shape ``(samples,)``, not padded."""
        ...

    def run_many(self, waves: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Logits, shape ``(waves, n_outputs)``, for waves of one length, ``(waves, samples)``."""
        ...


def check_names(runtime: str, precision: str) -> None:
    """Refuse what there is not.

    Raises:
        RuntimeUnavailableError: no such runtime or precision, or not both together.
    """
    for what, name, known in (
        ("runtime", runtime, get_args(RuntimeName)),
        ("precision", precision, get_args(PrecisionName)),
    ):
        if name not in known:
            raise RuntimeUnavailableError(
                f"there is no {what} {name!r}; choose one of {', '.join(known)}"
            )
    able = [name for name, has in PRECISIONS.items() if precision in has]
    if "auto" not in (runtime, precision) and runtime not in able:
        own = next(has for name, has in PRECISIONS.items() if name == runtime)
        raise RuntimeUnavailableError(
            f"{runtime} has no {precision}, only {' and '.join(own)}; "
            f"choose one of those, or --runtime {' or '.join(able)}"
        )


def open_runtime(
    model: Model, runtime: str, precision: str, *, threads: int, allow_pickle: bool
) -> Runtime:
    """Load the network of `model`.

    Args:
        model: the directory, read.
        runtime: a name in `PRECISIONS`.
        precision: one of those it has there.
        threads: that one run may use on a CPU.
        allow_pickle: whether torch may read pickled weights.

    Raises:
        RuntimeUnavailableError: its packages are not installed, or the CPU lacks the precision.
        WeightsError: this runtime finds no weights that it can, or may, read.
        LabelCountError: labels and outputs differ in number.
    """
    if threads < 1:
        raise ValueError(f"threads must be at least 1, got {threads}")
    if runtime == "onnxruntime":
        return _open_onnxruntime(model, precision, threads=threads)
    if runtime == "openvino":
        return _open_openvino(model, precision, threads=threads)
    return _open_torch(model, precision, threads=threads, allow_pickle=allow_pickle)


def _open_onnxruntime(model: Model, precision: str, *, threads: int) -> Runtime:
    _check_graph_precision(model, precision)
    path = model.folder / GRAPH
    if precision == "int8" and not model.quantised:
        path = model.folder / INT8_GRAPH
        if not has_int8_graph(model.folder):
            raise WeightsError(
                f"{model.folder} has no {INT8_GRAPH}; open it with --precision fp32 "
                "(precision='fp32')"
            )
    try:
        from classifier.onnx_runtime import OnnxRuntime
    except ImportError as error:
        raise RuntimeUnavailableError(
            f"ONNX Runtime cannot be imported ({error}); pip install onnxruntime"
        ) from error
    return OnnxRuntime(path, len(model.outputs), threads=threads, precision=precision)


def _open_openvino(model: Model, precision: str, *, threads: int) -> Runtime:
    _check_graph_precision(model, precision)
    try:
        from classifier.openvino_runtime import OpenVinoRuntime
    except ImportError as error:
        raise RuntimeUnavailableError(
            f"OpenVINO cannot be imported ({error}); pip install 'vivavoz[openvino]'"
        ) from error
    return OpenVinoRuntime(model, threads=threads, precision=precision)


def _open_torch(model: Model, precision: str, *, threads: int, allow_pickle: bool) -> Runtime:
    # Before the import, which takes seconds.
    check_torch_weights(model.folder, allow_pickle=allow_pickle)
    try:
        from classifier.torch_runtime import TorchRuntime
    except ImportError as error:
        raise RuntimeUnavailableError(
            f"this model needs torch and transformers ({error}); pip install 'vivavoz[torch]'"
        ) from error
    return TorchRuntime(model, threads=threads, precision=precision)


def _check_graph_precision(model: Model, precision: str) -> None:
    if not has_graph(model.folder):
        raise WeightsError(
            f"{model.folder} has no {GRAPH}; open it with --runtime torch (runtime='torch')"
        )
    if model.quantised and precision != "int8":
        raise WeightsError(
            f"{GRAPH} of {model.name} {model.version} is in 8 bits; open it with --runtime "
            "onnxruntime --precision int8, or its fp32 weights with --runtime torch"
        )
