"""Runs the ONNX graph of a model directory with OpenVINO on the CPU, in bf16 or fp32."""

from __future__ import annotations

import logging
import os
import threading
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from classifier.errors import RuntimeUnavailableError, WeightsError
from classifier.graph import INPUT, OUTPUT, check_graph
from classifier.lengths import round_up
from classifier.model import Model
from classifier.openvino_graph import FRAMES, STEPS, accept_padding
from classifier.openvino_import import openvino
from classifier.weights import GRAPH

HINTS: Final = {"fp32": "f32", "bf16": "bf16"}

log = logging.getLogger(__name__)


class OpenVinoRuntime:
    """One compiled graph, a request for each thread that runs it.

    Args:
        model: a model directory with a graph in fp32.
        threads: that one run may use.
        precision: ``fp32`` or ``bf16``.

    Raises:
        RuntimeUnavailableError: bf16, and the CPU has none.
        WeightsError: the graph cannot be loaded.
        ModelFileError: its input or output is not what a Wav2Vec2 classifier has.
        LabelCountError: labels and outputs differ in number.
    """

    name: Final = "openvino"
    batches: Final = False

    def __init__(self, model: Model, *, threads: int, precision: str) -> None:
        self.precision = precision
        self._layers = model.layers
        core = shared_core()
        if precision == "bf16" and not has_bf16():
            raise RuntimeUnavailableError(
                "this CPU has no bf16 (avx512_bf16 or amx_bf16); choose --precision fp32"
            )
        path = model.folder / GRAPH
        try:
            graph = core.read_model(path)
        except Exception as error:  # its errors have no base class of their own
            raise WeightsError(
                f"{path} cannot be loaded: {error}; copy or export the model again"
            ) from error
        inputs = [f"{node.any_name} {_type(node)}" for node in graph.inputs]
        check_graph(path, inputs, _outputs(graph), len(model.outputs))
        self._pads = accept_padding(graph, model.layers)
        if not self._pads:
            log.warning(
                "%s is not laid out as a known Wav2Vec2: OpenVINO compiles kernels for each length "
                "of segment, and memory grows with each; --runtime onnxruntime does not",
                path,
            )
        try:
            self._compiled = core.compile_model(graph, "CPU", properties(precision, threads))
        except Exception as error:  # nor here
            raise WeightsError(f"{path} cannot be compiled: {error}; export it again") from error
        self._requests = threading.local()

    def run(self, wave: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Logits, shape ``(n_outputs,)``, for one wave, shape ``(samples,)``."""
        request = self._request()
        request.infer(self._inputs(wave), share_inputs=True)
        # A copy: the next run of this thread writes into the same memory.
        return np.array(request.get_tensor(OUTPUT).data[0], np.float32)

    def run_many(self, waves: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Logits, shape ``(waves, n_outputs)``, for waves of one length, one after the other."""
        return np.stack([self.run(wave) for wave in waves])

    def _inputs(self, wave: npt.NDArray[np.float32]) -> dict[str, npt.NDArray[Any]]:
        if not self._pads:
            return {INPUT: wave[np.newaxis]}
        lengths = round_up(wave.size, self._layers)
        padded = np.zeros((1, lengths.padded), np.float32)
        padded[0, : wave.size] = wave
        frames, steps = np.array([lengths.frames]), np.array([lengths.steps])
        return {INPUT: padded, FRAMES: frames, STEPS: steps}

    def _request(self) -> Any:
        """A request runs one wave at a time, so each thread has one of its own."""
        if not hasattr(self._requests, "own"):
            self._requests.own = self._compiled.create_infer_request()
        return self._requests.own


@cache
def shared_core() -> Any:
    """OpenVINO itself, once for the process and never let go.

    Its CPU plugin gives the thread that loads it a stack for signal handlers and unmaps that memory
    when the last core goes, whichever thread that happens in. The next signal of the first one,
    SIGTERM to a server that changed its model, then ends the process by SIGSEGV (2026.4.1).
    """
    return openvino.Core()


def has_bf16() -> bool:
    """Whether this CPU multiplies in bf16 (avx512_bf16 or amx_bf16)."""
    return "BF16" in shared_core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


def properties(precision: str, threads: int) -> dict[str, Any]:
    """Of a graph compiled for a service that shares the machine; without a cache on disk.

    Args:
        precision: ``fp32`` or ``bf16``.
        threads: that one run may use.
    """
    # A stream runs one wave at a time and costs memory once it has run one.
    streams = max(1, (os.cpu_count() or 1) // threads)
    return {
        "INFERENCE_PRECISION_HINT": HINTS[precision],
        "NUM_STREAMS": streams,
        "INFERENCE_NUM_THREADS": streams * threads,
        # The event loop and others want to run on these CPUs too.
        "ENABLE_CPU_PINNING": False,
    }


def _type(node: Any) -> str:
    return "float32" if node.element_type == openvino.Type.f32 else str(node.element_type)


def _outputs(graph: Any) -> dict[str, int | None]:
    found: dict[str, int | None] = {}
    for node in graph.outputs:
        last = list(node.partial_shape)[-1:]
        found[node.any_name] = None if not last or last[0].is_dynamic else last[0].get_length()
    return found
