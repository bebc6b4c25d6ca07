"""Runs an ONNX graph of a model directory on the CPU with ONNX Runtime, in fp32 or int8."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from classifier.errors import WeightsError
from classifier.graph import INPUT, OUTPUT, check_graph
from classifier.onnx_import import onnxruntime

TYPES: Final = {"tensor(float)": "float32"}


class OnnxRuntime:
    """One session for all threads: ONNX Runtime's ``run`` may be called from several at once.

    Args:
        path: of the graph.
        labels: how many outputs it has to have.
        threads: that one run may use.
        precision: of the weights in it, ``fp32`` or ``int8``.

    Raises:
        WeightsError: the graph cannot be loaded.
        ModelFileError: its input or output is not what a Wav2Vec2 classifier has.
        LabelCountError: labels and outputs differ in number.
    """

    name: Final = "onnxruntime"
    batches: Final = False

    def __init__(self, path: Path, labels: int, *, threads: int, precision: str) -> None:
        self.precision = precision
        try:
            self._session = onnxruntime.InferenceSession(
                str(path), session_options(threads), providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # its errors have no base class of their own
            raise WeightsError(
                f"{path} cannot be loaded: {error}; copy or export the model again"
            ) from error
        inputs = [f"{n.name} {TYPES.get(n.type, n.type)}" for n in self._session.get_inputs()]
        outputs = {node.name: _last(node.shape) for node in self._session.get_outputs()}
        check_graph(path, inputs, outputs, labels)

    def run(self, wave: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Logits, shape ``(n_outputs,)``, for one wave, shape ``(samples,)``, not padded."""
        (logits,) = self._session.run([OUTPUT], {INPUT: wave[np.newaxis]})
        return np.asarray(logits[0], np.float32)

    def run_many(self, waves: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Logits, shape ``(waves, n_outputs)``, for waves of one length, one after the other."""
        return np.stack([self.run(wave) for wave in waves])


def session_options(threads: int) -> onnxruntime.SessionOptions:
    """Options of a session that shares the machine with others and is never alone on it."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    # Spinning threads would take the CPU from the event loop between two segments.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # It keeps a plan for each length of input ever seen: 38 MB after 12,000 lengths, flat without,
    # and no slower.
    options.enable_mem_pattern = False
    # Errors come as exceptions; printed besides they would be in nobody's log format.
    options.log_severity_level = 4
    return options


def _last(shape: list[Any]) -> int | None:
    return shape[-1] if shape and isinstance(shape[-1], int) else None
