"""The model that answers now. Another may take its place between two segments."""

from __future__ import annotations

from typing import Any

from classifier import Classifier, Verdict


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
