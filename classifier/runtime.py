"""What runs a model: the interface of the runtimes, and the choice between them."""

from __future__ import annotations

from typing import Literal, Protocol, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

from classifier.errors import RuntimeUnavailableError, WeightsError
from classifier.model import Model
from classifier.weights import GRAPH, check_torch_weights, has_graph

RuntimeName: TypeAlias = Literal["auto", "onnxruntime", "torch"]


class Runtime(Protocol):
    """A network ready to run. Several threads may run it at once."""

    @property
    def name(self) -> str:
        """``onnxruntime`` or ``torch``."""
        ...

    def run(self, wave: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Logits, shape ``(n_outputs,)``, for one wave, shape ``(samples,)``, not padded."""
        ...


def open_runtime(model: Model, choice: str, *, threads: int, allow_pickle: bool) -> Runtime:
    """Load the network of `model`.

    Args:
        model: the directory, read.
        choice: a `RuntimeName`; ``auto`` is ONNX Runtime where there is a graph, else torch.
        threads: that one run may use.
        allow_pickle: whether torch may read pickled weights.

    Raises:
        RuntimeUnavailableError: an unknown runtime, or its packages are not installed.
        WeightsError: this runtime finds no weights that it can, or may, read.
        LabelCountError: labels and outputs differ in number.
    """
    if choice not in get_args(RuntimeName):
        raise RuntimeUnavailableError(
            f"there is no runtime {choice!r}; choose one of {', '.join(get_args(RuntimeName))}"
        )
    if threads < 1:
        raise ValueError(f"threads must be at least 1, got {threads}")
    if choice == "onnxruntime" or (choice == "auto" and has_graph(model.folder)):
        return _open_onnxruntime(model, threads=threads)
    return _open_torch(model, threads=threads, allow_pickle=allow_pickle)


def _open_onnxruntime(model: Model, *, threads: int) -> Runtime:
    if not has_graph(model.folder):
        raise WeightsError(
            f"{model.folder} has no {GRAPH}; open it with --runtime torch (runtime='torch')"
        )
    try:
        from classifier.onnx_runtime import OnnxRuntime
    except ImportError as error:
        raise RuntimeUnavailableError(
            f"ONNX Runtime cannot be imported ({error}); pip install onnxruntime"
        ) from error
    return OnnxRuntime(model, threads=threads)


def _open_torch(model: Model, *, threads: int, allow_pickle: bool) -> Runtime:
    # Before the import, which takes seconds.
    check_torch_weights(model.folder, allow_pickle=allow_pickle)
    try:
        from classifier.torch_runtime import TorchRuntime
    except ImportError as error:
        raise RuntimeUnavailableError(
            f"this model needs torch and transformers ({error}); pip install 'vivavoz[torch]'"
        ) from error
    return TorchRuntime(model, threads=threads)
