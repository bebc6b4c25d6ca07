"""The model that answers now. Another may take its place between two segments."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from classifier import Classifier, Quality, Verdict, decide


class Answering:
    """Passes segments on to a model that can be replaced.

    Threads may classify meanwhile: a segment stays with the model that has begun with it, and its
    verdict names that one.

    Attributes:
        classifier: the model, warm.
        report: what was measured of it, or None.
    """

    def __init__(self, classifier: Classifier, report: dict[str, Any] | None) -> None:
        self.classifier = classifier
        self.report = report

    def replace(self, classifier: Classifier, report: dict[str, Any] | None) -> None:
        """Have another model answer from the next segment on."""
        self.classifier = classifier
        self.report = report

    def classify(
        self,
        pcm: bytes,
        *,
        voiced_ms: int | None = None,
        snr_db: float | None = None,
        clipped: float | None = None,
    ) -> Verdict:
        """The verdict on one segment; see `Classifier.classify`."""
        return self.classifier.classify(pcm, voiced_ms=voiced_ms, snr_db=snr_db, clipped=clipped)

    def hear(self, pcm: bytes) -> Hearing:
        """Run the model on one segment of which not everything is known yet.

        Raises:
            ClassifierError: see `Classifier.logits`.
        """
        classifier = self.classifier
        return Hearing(self, classifier, classifier.logits(pcm))


class Hearing:
    """A segment that the model has heard, and not judged."""

    def __init__(
        self, answering: Answering, classifier: Classifier, logits: npt.NDArray[np.float32]
    ) -> None:
        self._answering = answering
        self._classifier = classifier
        self._logits = logits

    def verdict(
        self,
        *,
        voiced_ms: int | None = None,
        snr_db: float | None = None,
        clipped: float | None = None,
    ) -> Verdict | None:
        """What `Answering.classify` says of it, or None if another model answers by now."""
        model = self._classifier
        if self._answering.classifier is not model:
            return None
        return decide(
            self._logits,
            model.outputs,
            quality=Quality(voiced_ms, snr_db, clipped),
            calibration=model.calibration,
            model=model.version,
        )
