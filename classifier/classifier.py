"""A model that classifies segments."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from classifier.errors import LabelCountError, LogitsError, TooShortError
from classifier.labels import emotions
from classifier.model import Model, read_model
from classifier.pcm import RATE, Pcm, model_input, read_samples
from classifier.runtime import Runtime, RuntimeName, open_runtime
from classifier.source import find_model
from classifier.verdict import Quality, Verdict, decide, too_short_verdict

CARD: Final = "README.md"

WARM_UP_S: Final = 8
"""As long as segments get by default: what memory the longest takes is taken before serving, not
somewhere in the first hour (ONNX Runtime keeps what it once allocated)."""


class Classifier:
    """Says how segments sound. Several threads may use one at once; it keeps no state.

    Attributes:
        name: what people call the model.
        version: what an answer is traced back to.
        labels: the emotions, without ``no_speech``.
        outputs: all outputs in the order of the logits, ``no_speech`` included.
        runtime: ``onnxruntime`` or ``torch``.
        calibration: when an answer becomes a label.
    """

    def __init__(self, model: Model, runtime: Runtime) -> None:
        self._model = model
        self._runtime = runtime
        self.name = model.name
        self.version = model.version
        self.labels = emotions(model.outputs)
        self.outputs = model.outputs
        self.runtime = runtime.name
        self.calibration = model.calibration

    @property
    def card(self) -> str | None:
        """The model's card (``README.md`` of its directory), Markdown; None where there is none."""
        try:
            return (self._model.folder / CARD).read_text(encoding="utf-8")
        except (OSError, ValueError):
            return None

    def logits(self, pcm: Pcm) -> npt.NDArray[np.float32]:
        """What the network answers, before calibration.

        Args:
            pcm: 16 kHz mono, 16-bit little-endian bytes or int16 of shape ``(samples,)``.

        Returns:
            float32, shape ``(n_outputs,)``, in the order of `outputs`.

        Raises:
            PcmError: not whole 16-bit mono samples.
            TooShortError: fewer samples than the convolutions need.
            LabelCountError: labels and outputs differ in number.
            LogitsError: the network failed, or answered something that is not finite.
        """
        samples = read_samples(pcm)
        if samples.size < self._model.least_samples:
            raise TooShortError(
                f"{samples.size} samples are too few for {self.name}, which needs "
                f"{self._model.least_samples}; classify() answers too_short instead"
            )
        try:
            logits = self._runtime.run(model_input(samples, normalise=self._model.normalise))
        except Exception as error:  # whatever the runtime raises: the caller knows one error
            raise LogitsError(f"{self.name} failed on {samples.size} samples: {error}") from error
        if logits.shape != (len(self.outputs),):
            raise LabelCountError(
                f"{self.name} answers with shape {logits.shape}, but config.json names "
                f"{len(self.outputs)} labels; export the model again"
            )
        if not np.isfinite(logits).all():
            raise LogitsError(
                f"{self.name} answered {logits.tolist()} to {samples.size} samples; its weights "
                "are damaged, or the training diverged"
            )
        return logits

    def classify(
        self,
        pcm: Pcm,
        *,
        voiced_ms: int | None = None,
        snr_db: float | None = None,
        clipped: float | None = None,
    ) -> Verdict:
        """The verdict on one segment, ``too_short`` for one that the network cannot take.

        Args:
            pcm: 16 kHz mono, 16-bit little-endian bytes or int16 of shape ``(samples,)``.
            voiced_ms: how much of it is speech; with None (for this and the next two) the
                verdict does not depend on it.
            snr_db: level of the voice above the noise floor.
            clipped: share of samples at full scale.

        Raises:
            PcmError: not whole 16-bit mono samples.
            LabelCountError: labels and outputs differ in number.
            LogitsError: the network failed, or answered something that is not finite.
        """
        try:
            logits = self.logits(pcm)
        except TooShortError:
            return too_short_verdict(self.outputs, model=self.version)
        return decide(
            logits,
            self.outputs,
            quality=Quality(voiced_ms, snr_db, clipped),
            calibration=self.calibration,
            model=self.version,
        )

    def warm_up(self) -> None:
        """Classify `WARM_UP_S` of silence: the first run is slower than the rest, or fails."""
        self.logits(np.zeros(WARM_UP_S * RATE, np.int16))


def open_classifier(
    source: str | Path,
    *,
    runtime: RuntimeName = "auto",
    threads: int = 1,
    online: bool = False,
    allow_pickle: bool = False,
) -> Classifier:
    """Open a model.

    Args:
        source: `DEFAULT_MODEL`, a model directory, or ``owner/name`` on the Hugging Face Hub.
        runtime: ``auto`` takes ONNX Runtime where the model has a graph, else torch.
        threads: that one classification may use on a CPU.
        online: may ask the Hub; without it nothing leaves this machine.
        allow_pickle: may read pickled weights (``pytorch_model.bin``), with ``weights_only``.

    Raises:
        ModelNotFoundError: nothing of that name.
        ModelFileError: a file of the model directory is missing, broken or contradicts another;
            which, its subclass says.
        RuntimeUnavailableError: no such runtime, or it is not installed.
    """
    model = read_model(find_model(source, online=online, allow_pickle=allow_pickle))
    return Classifier(
        model, open_runtime(model, runtime, threads=threads, allow_pickle=allow_pickle)
    )
