"""Runs any ``Wav2Vec2ForSequenceClassification`` with torch and transformers. Imports both.

No code from a checkpoint is ever run: the class is ours to name, not the checkpoint's, and pickles
are read with ``weights_only``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pickle import UnpicklingError
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch
from transformers import Wav2Vec2ForSequenceClassification
from transformers.utils import logging

from classifier.errors import LabelCountError, WeightsError
from classifier.model import Model
from classifier.weights import has_safetensors

UNUSED: Final = "masked_spec_embed"
"""A parameter of training alone; checkpoints fine-tuned without masking do not have it."""

DTYPES: Final = {"fp32": torch.float32, "bf16": torch.bfloat16}


class TorchRuntime:
    """A checkpoint in memory, on the first CUDA device where there is one.

    There, waves of one length are quicker together; on a CPU they are not.

    Args:
        model: a model directory with weights that torch may read.
        threads: that one run may use on a CPU.
        precision: ``fp32`` or ``bf16``.

    Raises:
        WeightsError: the weights cannot be read or are not all there.
        LabelCountError: labels and outputs differ in number.
    """

    name: Final = "torch"

    def __init__(self, model: Model, *, threads: int, precision: str) -> None:
        self.precision = precision
        self._threads = threads
        self._dtype = DTYPES[precision]
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        if self._device.type == "cuda":
            # TensorFloat-32 convolutions are off by 1e-3, ten times what runtimes may differ by.
            torch.backends.cudnn.allow_tf32 = False
        self.batches = self._device.type == "cuda"
        self._network = load_network(model).to(self._device, self._dtype)

    def run(self, wave: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Logits, shape ``(n_outputs,)``, for one wave, shape ``(samples,)``, not padded."""
        return np.asarray(self.run_many(wave[np.newaxis])[0])

    def run_many(self, waves: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Logits, shape ``(waves, n_outputs)``, for waves of one length, ``(waves, samples)``."""
        with torch.inference_mode(), cpu_threads(self._threads):
            batch = torch.from_numpy(waves).to(self._device, self._dtype)
            logits = self._network(batch).logits.float()
            return np.asarray(logits.cpu().numpy(), np.float32)


def load_network(model: Model) -> Wav2Vec2ForSequenceClassification:
    """The network of a model directory, in float32 and ready for inference."""
    try:
        with quiet_transformers():
            network, report = Wav2Vec2ForSequenceClassification.from_pretrained(
                str(model.folder),
                local_files_only=True,
                use_safetensors=has_safetensors(model.folder),
                weights_only=True,
                dtype=torch.float32,
                # config.json could name a kernel on the Hub instead, which is code.
                attn_implementation="sdpa",
                # Reported below, in words that name the file to mend.
                ignore_mismatched_sizes=True,
                output_loading_info=True,
            )
    except UnpicklingError as error:  # torch would go on to advise against weights_only
        raise WeightsError(
            f"the pickled weights in {model.folder} cannot be read: they are damaged or hold more "
            "than tensors; nothing in them was run"
        ) from error
    except Exception as error:  # a corrupt file shows up as anything from OSError to KeyError
        raise WeightsError(
            f"the weights in {model.folder} cannot be read: {error}; copy or download them again"
        ) from error
    check_complete(model, report)
    network.eval()
    return network


def check_complete(model: Model, report: Mapping[str, Any]) -> None:
    """Refuse a checkpoint of which a part would stay random.

    Args:
        model: the directory.
        report: transformers' loading report, ``missing_keys`` and ``mismatched_keys``.
    """
    mismatched = sorted(str(key[0]) for key in report["mismatched_keys"])
    if mismatched and all(key.startswith("classifier.") for key in mismatched):
        raise LabelCountError(
            f"the weights in {model.folder} do not have the {len(model.outputs)} outputs that "
            "id2label in config.json names"
        )
    missing = sorted(key for key in report["missing_keys"] if not key.endswith(UNUSED))
    if missing or mismatched:
        raise WeightsError(
            f"the weights in {model.folder} do not fit its config.json: {len(missing)} missing, "
            f"{len(mismatched)} of another size ({', '.join((missing + mismatched)[:3])}); it may "
            "be a base model without a classifier"
        )


@contextmanager
def quiet_transformers() -> Iterator[None]:
    """No progress bar and no load report on standard error, then as it was."""
    verbosity, bar = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if bar:
            logging.enable_progress_bar()


@contextmanager
def cpu_threads(count: int) -> Iterator[None]:
    """Torch with `count` threads in the calling thread, then as it was: training may go on."""
    before = torch.get_num_threads()
    if before == count:
        yield
        return
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
