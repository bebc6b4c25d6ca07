"""A model that classifies segments."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Final

import numpy as np
import numpy.typing as npt

from classifier.choice import ASKED, Choice
from classifier.errors import LabelCountError, LogitsError, TooShortError
from classifier.labels import emotions
from classifier.model import Model
from classifier.pcm import RATE, Pcm, model_input, read_samples
from classifier.runtime import Runtime
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
        runtime: ``onnxruntime``, ``openvino`` or ``torch``.
        precision: ``fp32``, ``bf16`` or ``int8``.
        choice: these two again, and why they were chosen.
        batches: whether `logits_many` is quicker than `logits` one by one.
        calibration: when an answer becomes a label.
    """

    def __init__(self, model: Model, runtime: Runtime, reason: str = ASKED) -> None:
        self._model = model
        self._runtime = runtime
        self.name = model.name
        self.version = model.version
        self.labels = emotions(model.outputs)
        self.outputs = model.outputs
        self.runtime = runtime.name
        self.precision = runtime.precision
        self.choice = Choice(runtime.name, runtime.precision, reason)
        self.batches = runtime.batches
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
        (logits,) = self._run(self._wave(pcm)[np.newaxis])
        return np.asarray(logits)

    def logits_many(self, pcms: Sequence[Pcm]) -> npt.NDArray[np.float32]:
        """Logits of several segments; on a GPU those of one length are run together.

        Args:
            pcms: as for `logits`, of any lengths; nothing is padded.

        Returns:
            float32, shape ``(len(pcms), n_outputs)``, in the order of `pcms` and `outputs`.

        Raises:
            PcmError: see `logits`; whatever one of them raises, there is no answer to any.
        """
        waves = [self._wave(pcm) for pcm in pcms]
        groups: dict[int, list[int]] = {}
        for i, wave in enumerate(waves):
            groups.setdefault(wave.size if self.batches else -i, []).append(i)
        logits = np.empty((len(waves), len(self.outputs)), np.float32)
        for group in groups.values():
            logits[group] = self._run(np.stack([waves[i] for i in group]))
        return logits

    def _wave(self, pcm: Pcm) -> npt.NDArray[np.float32]:
        samples = read_samples(pcm)
        if samples.size < self._model.least_samples:
            raise TooShortError(
                f"{samples.size} samples are too few for {self.name}, which needs "
                f"{self._model.least_samples}; classify() answers too_short instead"
            )
        return model_input(samples, normalise=self._model.normalise)

    def _run(self, waves: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Logits of waves of one length."""
        try:
            logits = self._runtime.run_many(waves)
        except Exception as error:  # whatever the runtime raises: the caller knows one error
            raise LogitsError(f"{self.name} failed on {waves.shape[1]} samples: {error}") from error
        if logits.shape != (len(waves), len(self.outputs)):
            raise LabelCountError(
                f"{self.name} answers with shape {logits.shape[1:]}, but config.json names "
                f"{len(self.outputs)} labels; export the model again"
            )
        if not np.isfinite(logits).all():
            raise LogitsError(
                f"{self.name} answered {logits.tolist()} to {waves.shape[1]} samples; its weights "
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

    def warm_up(self, at_once: int = 1) -> None:
        """Classify `WARM_UP_S` of silence: the first run is slower than the rest, or fails.

        Args:
            at_once: threads that will classify; with more than one, so many do at the same time.
                Otherwise memory would grow at each first time that they happen to meet.
        """
        silence = np.zeros(WARM_UP_S * RATE, np.int16)
        self.logits(silence)
        if at_once > 1:
            together = Barrier(at_once)

            def meet() -> None:
                together.wait()
                self.logits(silence)

            with ThreadPoolExecutor(at_once) as threads:
                for done in [threads.submit(meet) for _ in range(at_once)]:
                    done.result()
