"""Runs the ONNX graph of a model directory on the CPU."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import onnxruntime

from classifier.errors import LabelCountError, ModelFileError, WeightsError
from classifier.model import Model
from classifier.weights import GRAPH

INPUT: Final = "input_values"
OUTPUT: Final = "logits"


class OnnxRuntime:
    """One session for all threads: ONNX Runtime's ``run`` may be called from several at once.

    Args:
        model: a model directory with a graph.
        threads: that one run may use.

    Raises:
        WeightsError: the graph cannot be loaded.
        ModelFileError: its input or output is not what a Wav2Vec2 classifier has.
        LabelCountError: labels and outputs differ in number.
    """

    name: Final = "onnxruntime"

    def __init__(self, model: Model, *, threads: int) -> None:
        path = model.folder / GRAPH
        try:
            self._session = onnxruntime.InferenceSession(
                str(path), session_options(threads), providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # its errors have no base class of their own
            raise WeightsError(
                f"{path} cannot be loaded: {error}; copy or export the model again"
            ) from error
        self._check(model)

    def run(self, wave: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Logits, shape ``(n_outputs,)``, for one wave, shape ``(samples,)``, not padded."""
        (logits,) = self._session.run([OUTPUT], {INPUT: wave[np.newaxis]})
        return np.asarray(logits[0], np.float32)

    def _check(self, model: Model) -> None:
        inputs = {node.name: node.type for node in self._session.get_inputs()}
        shapes = {node.name: node.shape for node in self._session.get_outputs()}
        if inputs != {INPUT: "tensor(float)"} or OUTPUT not in shapes:
            raise ModelFileError(
                f"{model.folder / GRAPH} must take {INPUT} (float32) alone and give {OUTPUT}, "
                f"but it takes {inputs} and gives {list(shapes)}; export the model again"
            )
        count = shapes[OUTPUT][-1] if shapes[OUTPUT] else None
        if isinstance(count, int) and count != len(model.outputs):
            raise LabelCountError(
                f"{model.folder / GRAPH} has {count} outputs, but config.json names "
                f"{len(model.outputs)} labels; export the model again"
            )


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
