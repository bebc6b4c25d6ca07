"""Which runtime and precision to try first, and what stands in the way."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Final, NamedTuple

from classifier.canary import has_canaries
from classifier.errors import WeightsError
from classifier.model import Model
from classifier.weights import check_torch_weights, graph_bytes, has_graph, has_int8_graph

ASKED: Final = "asked for"
OPENVINO_FROM: Final = 20_000_000
"""Parameters. Against ONNX Runtime fp32, OpenVINO bf16 takes half the time with 95 M of them; with
3 M it takes 20 % less at 3 s, 20 % more at 0.5 s, and 115 MB more memory. See docs/runtimes.md."""

BYTES: Final = 4
"""Of a parameter in fp32, which a graph consists of but for a few percent."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What runs a model, and why.

    Attributes:
        runtime: ``onnxruntime``, ``openvino`` or ``torch``.
        precision: ``fp32``, ``bf16`` or ``int8``.
        reason: for people.
    """

    runtime: str
    precision: str
    reason: str

    def __str__(self) -> str:
        return f"{self.runtime} {self.precision} ({self.reason})"


class Option(NamedTuple):
    """Something to try.

    Attributes:
        runtime: its name.
        precision: its name.
        obstacle: why it is not tried; None where it is.
        merit: why it is taken.
        checked: whether it has to agree with fp32 on the canaries.
    """

    runtime: str
    precision: str
    obstacle: str | None = None
    merit: str = ""
    checked: bool = False


def options(model: Model, runtime: str, precision: str) -> Iterator[Option]:
    """What to try, the best first; the last one is opened whatever comes.

    Args:
        model: the directory, read.
        runtime: a `RuntimeName`.
        precision: a `PrecisionName` that goes with it.
    """
    if runtime == "auto" and precision == "auto":
        yield from _of_all(model)
    elif runtime == "auto":
        yield from _with(model, precision)
    elif precision == "auto":
        yield from _of(model, runtime)
    else:
        yield Option(runtime, precision, merit=ASKED)


def _of_all(model: Model) -> Iterator[Option]:
    no_cuda, cuda = _cuda_obstacle(model), "there is a CUDA device"
    yield _reduced(model, "torch", "bf16", no_cuda, cuda)
    yield Option("torch", "fp32", no_cuda, cuda)
    if not has_graph(model.folder):
        yield Option("torch", "fp32", merit="the model has no graph for another")
        return
    yield _openvino(model, "this CPU has bf16", _size_obstacle(model))
    yield from _of_onnxruntime(model)


def _of(model: Model, runtime: str) -> Iterator[Option]:
    if runtime == "onnxruntime":
        yield from _of_onnxruntime(model)
        return
    if runtime == "torch":
        yield _reduced(model, "torch", "bf16", _cuda_obstacle(model), ASKED)
    else:
        yield _openvino(model, ASKED)
    yield Option(runtime, "fp32", merit=ASKED)


def _of_onnxruntime(model: Model) -> Iterator[Option]:
    if model.quantised:
        yield Option("onnxruntime", "int8", merit="the model is one in 8 bits")
        return
    obstacle = None if has_int8_graph(model.folder) else "the model has no graph in 8 bits"
    yield _reduced(model, "onnxruntime", "int8", obstacle, "the model has a graph in 8 bits")
    yield Option("onnxruntime", "fp32")


def _with(model: Model, precision: str) -> Iterator[Option]:
    """Whatever does an arithmetic that was asked for."""
    if precision != "int8":
        yield Option("torch", precision, _cuda_obstacle(model), "there is a CUDA device")
    if precision == "bf16":
        yield Option("openvino", "bf16", _openvino_obstacle(), "this CPU has bf16")
    is_torch = precision == "bf16" or (precision == "fp32" and not has_graph(model.folder))
    yield Option("torch" if is_torch else "onnxruntime", precision, merit=ASKED)


def _openvino(model: Model, merit: str, obstacle: str | None = None) -> Option:
    # Its import comes last: it takes time and memory.
    obstacle = obstacle or _canary_obstacle(model) or _openvino_obstacle()
    return _reduced(model, "openvino", "bf16", obstacle, merit)


def _reduced(
    model: Model, runtime: str, precision: str, obstacle: str | None, merit: str
) -> Option:
    obstacle = obstacle or _canary_obstacle(model)
    return Option(runtime, precision, obstacle, merit, checked=True)


def _canary_obstacle(model: Model) -> str | None:
    if has_canaries(model.folder):
        return None
    return "the model has no canaries to check less than fp32 by"


def _size_obstacle(model: Model) -> str | None:
    if model.quantised:
        return "OpenVINO runs no graph in 8 bits"
    count = graph_bytes(model.folder) / BYTES
    if count >= OPENVINO_FROM:
        return None
    return (
        f"OpenVINO bf16 gains little below {OPENVINO_FROM / 1e6:.0f} M parameters, and the model "
        f"has {count / 1e6:.1f} M"
    )


def _openvino_obstacle() -> str | None:
    if find_spec("openvino") is None:
        return "OpenVINO is not installed: pip install 'vivavoz[openvino]'"
    try:
        from classifier.openvino_runtime import has_bf16
    except ImportError as error:
        return f"OpenVINO cannot be imported: {error}"
    return None if has_bf16() else "this CPU has no bf16"


def _cuda_obstacle(model: Model) -> str | None:
    """Said without importing torch, which takes seconds and 200 MB."""
    if not has_cuda_device():
        return "there is no CUDA device"
    try:
        check_torch_weights(model.folder, allow_pickle=True)
        if "+cpu" in version("torch"):
            return "the torch that is installed is for CPUs"
    except PackageNotFoundError:
        return "torch is not installed: pip install 'vivavoz[torch]'"
    except WeightsError as error:
        return str(error)
    return None


def has_cuda_device() -> bool:
    """Whether the driver of NVIDIA is here and knows a device."""
    with suppress(OSError, AttributeError):
        driver = ctypes.CDLL("nvcuda.dll" if os.name == "nt" else "libcuda.so.1")
        count = ctypes.c_int(0)
        if driver.cuInit(0) == 0 and driver.cuDeviceGetCount(ctypes.byref(count)) == 0:
            return count.value > 0
    return False
