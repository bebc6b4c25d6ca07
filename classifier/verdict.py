"""The decision: from logits and the quality of a segment to a label, or to why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from classifier.calibration import Calibration
from classifier.labels import NO_SPEECH, emotions

Reason: TypeAlias = Literal["too_short", "no_speech", "clipped", "too_noisy", "uncertain"]
"""Why there is no label, the first that holds, in this order. The server adds ``overloaded``."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a segment sounds.

    Attributes:
        label: the emotion, or None.
        reason: why there is none (see `Reason`), or None.
        confidence: the highest of `scores`, with a label or without.
        scores: emotion to calibrated probability; sum 1.
        model: version of the model that answered.
    """

    label: str | None
    reason: Reason | None
    confidence: float
    scores: dict[str, float]
    model: str


@dataclass(frozen=True, slots=True)
class Quality:
    """What is known of a segment besides its samples. A rule about something unknown never holds.

    Attributes:
        voiced_ms: how much of it the detector called speech.
        snr_db: level of the voiced frames above the noise floor.
        clipped: share of samples at full scale, 0 to 1.
    """

    voiced_ms: int | None = None
    snr_db: float | None = None
    clipped: float | None = None


def softmax(logits: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """Probabilities that sum to 1; finite for any finite logits."""
    wide = np.asarray(logits, np.float64)
    powers = np.exp(wide - wide.max())
    return np.asarray(powers / powers.sum(), np.float64)


def emotion_scores(
    logits: npt.NDArray[np.floating], outputs: Sequence[str], temperature: float
) -> dict[str, float]:
    """Calibrated probability of each emotion, sum 1, whatever ``no_speech`` says.

    Args:
        logits: shape ``(n_outputs,)``, finite.
        outputs: their names; outputs of one name (a checkpoint's "calm" and "neutral") are added.
        temperature: divides the logits.
    """
    kept = [i for i, name in enumerate(outputs) if name != NO_SPEECH]
    scores: dict[str, float] = {}
    for i, p in zip(kept, softmax(np.asarray(logits)[kept] / temperature), strict=True):
        scores[outputs[i]] = scores.get(outputs[i], 0.0) + float(p)
    return scores


def no_speech_probability(logits: npt.NDArray[np.floating], outputs: Sequence[str]) -> float:
    """Probability of ``no_speech`` among all outputs; 0 for a model that has no such output.

    The temperature is fitted on emotions in speech, so it has no part in this.
    """
    probabilities = softmax(logits)
    return float(
        sum(p for name, p in zip(outputs, probabilities, strict=True) if name == NO_SPEECH)
    )


def decide(
    logits: npt.NDArray[np.floating],
    outputs: Sequence[str],
    *,
    quality: Quality,
    calibration: Calibration,
    model: str,
) -> Verdict:
    """The verdict on one segment. Pure: the same arguments, the same verdict.

    Args:
        logits: shape ``(n_outputs,)``, finite.
        outputs: their names, ``no_speech`` among them or not.
        quality: of the segment.
        calibration: of the model.
        model: its version.
    """
    scores = emotion_scores(logits, outputs, calibration.temperature)
    label = max(scores, key=scores.__getitem__)
    silent = no_speech_probability(logits, outputs)
    reason = first_reason(quality, calibration, no_speech=silent, confidence=scores[label])
    return Verdict(None if reason else label, reason, scores[label], scores, model)


def first_reason(
    quality: Quality, calibration: Calibration, *, no_speech: float, confidence: float
) -> Reason | None:
    """Why there is no label: the cause goes before what it causes."""
    if quality.voiced_ms is not None and quality.voiced_ms < calibration.least_voiced_ms:
        return "too_short"
    if no_speech > calibration.no_speech_above:
        return "no_speech"
    if quality.clipped is not None and quality.clipped > calibration.most_clipped:
        return "clipped"
    if quality.snr_db is not None and quality.snr_db < calibration.least_snr_db:
        return "too_noisy"
    return "uncertain" if confidence < calibration.uncertain_below else None


def too_short_verdict(outputs: Sequence[str], *, model: str) -> Verdict:
    """The verdict on a segment that the model cannot be asked about: every emotion alike."""
    names = emotions(outputs)
    scores = dict.fromkeys(names, 1 / len(names))
    return Verdict(None, "too_short", 1 / len(names), scores, model)
