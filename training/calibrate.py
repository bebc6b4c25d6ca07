"""When an answer is to be trusted, measured on validation: a temperature and three thresholds.

The rules, in the order in which they are applied:

* *temperature* divides the emotion logits; with it, the mean confidence over the speech segments is
  their accuracy (Clarté et al., 2023). The temperature of least negative log-likelihood (Guo et
  al., 2017) left the bundled model 5.5 points too confident. Fitted on other speakers than it is
  measured on, over the 16 of validation: calibration error .055 rather than .071 one speaker at a
  time, .052 rather than .070 one corpus at a time; of a teacher .064 rather than .066, and .061
  rather than .065. No better there: a bias per emotion, a factor per emotion, a temperature by
  duration, speakers or corpora counted alike, the median of the speakers' temperatures, some of
  the segments in noise of 20 or 10 dB, scores mixed with even ones, a factor that grows or falls
  with the distance of the first two logits. (Of a later model, one speaker at a time: .044; with
  each of these .045 to .069.) What is left is between people: their mean confidence lies off their
  accuracy by 15 points (standard deviation over the 16), and nothing here knows who speaks.
* *uncertain_below*: the lowest confidence at which what is answered is right at least `TARGET` of
  the time. Where that would leave less than `FLOOR` of the segments answered, the confidence that
  leaves exactly that many: a model that is always unsure is of no use either.
* *no_speech_above*: the lowest probability of no speech that refuses at most `REFUSED` of the
  speech segments, but never under `LEAST_NO_SPEECH`, so that a validation set of easy speech does
  not make a hair trigger.

The rest (voiced time, level above the noise, clipping) are the stated defaults of
`classifier.Calibration`. Whether a level above the noise is worth a threshold of its own is
measured by `training.noise_threshold`.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import torch

from classifier import Calibration

TARGET: Final = 0.70
"""Accuracy asked of what is answered."""
FLOOR: Final = 0.60
"""Least share of segments that is answered."""
REFUSED: Final = 0.03
"""Most speech segments that may be taken for no speech."""
LEAST_NO_SPEECH: Final = 0.3
TEMPERATURES: Final = tuple(np.geomspace(0.05, 20, 6001).tolist())

Floats = npt.NDArray[np.floating]
Ints = npt.NDArray[np.integer]


@dataclass(frozen=True, slots=True)
class Fitted:
    """A calibration and what its rules give on the segments that it was fitted on.

    Attributes:
        calibration: for ``vivavoz.json``.
        nll: mean negative log-likelihood with the temperature.
        nll_before: with a temperature of 1.
        coverage: share of speech segments whose confidence is high enough.
        accuracy: of those.
        accuracy_all: of all of them.
        refused: share of speech segments taken for no speech.
    """

    calibration: Calibration
    nll: float
    nll_before: float
    coverage: float
    accuracy: float
    accuracy_all: float
    refused: float

    def __str__(self) -> str:
        c = self.calibration
        return (
            f"temperature {c.temperature:.3f}, at which confidence is accuracy on average: "
            f"NLL {self.nll_before:.3f} -> {self.nll:.3f}\n"
            f"uncertain below {c.uncertain_below:.3f}: the lowest at which answers are right "
            f"{TARGET:.0%} of the time, with at least {FLOOR:.0%} answered; "
            f"answers {self.coverage:.1%}, right {self.accuracy:.1%} (of all: "
            f"{self.accuracy_all:.1%})\n"
            f"no speech above {c.no_speech_above:.3f}: the lowest that refuses at most "
            f"{REFUSED:.0%} of speech; refuses {self.refused:.1%}"
        )


def fit_temperature(logits: Floats, truth: Ints) -> float:
    """The temperature with which the mean confidence is the accuracy.

    Args:
        logits: shape ``(n, classes)``.
        truth: shape ``(n,)``, the right class of each.

    Returns:
        Between 0.05 and 20, to a thousandth of itself.
    """
    wide = np.asarray(logits, np.float64)
    accuracy = float((wide.argmax(1) == truth).mean())
    # Confidence falls as the temperature rises, so there is one place where it passes.
    place = bisect_left(TEMPERATURES, -accuracy, key=lambda t: -softmax(wide / t).max(1).mean())
    return float(TEMPERATURES[min(place, len(TEMPERATURES) - 1)])


def softmax(logits: Floats) -> npt.NDArray[np.float64]:
    """Probabilities along the last axis."""
    return torch.from_numpy(np.asarray(logits, np.float64)).softmax(-1).numpy()


def negative_log_likelihood(logits: Floats, truth: Ints) -> float:
    """Mean over the rows, natural logarithm."""
    right = softmax(logits)[np.arange(len(truth)), truth]
    return float(-np.log(np.maximum(right, 1e-300)).mean())


def choose_uncertain(
    confidence: Floats, right: npt.NDArray[np.bool_], target: float = TARGET, floor: float = FLOOR
) -> float:
    """The threshold of the rule above.

    Args:
        confidence: shape ``(n,)``.
        right: whether the answer with it was right.
        target: accuracy asked for.
        floor: least share answered.
    """
    order = np.argsort(-confidence, kind="stable")
    sorted_confidence = confidence[order]
    accuracy = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    # Equal confidences are answered together: only the last of each counts.
    last = np.append(sorted_confidence[1:] < sorted_confidence[:-1], True)
    good = np.flatnonzero(last & (accuracy >= target))
    least = math.ceil(floor * len(order)) - 1
    return round_down(float(sorted_confidence[max(int(good[-1]) if len(good) else 0, least)]))


def choose_no_speech(
    probability: Floats, refused: float = REFUSED, least: float = LEAST_NO_SPEECH
) -> float:
    """The threshold of the rule above, over the ``no_speech`` probabilities of speech segments."""
    ranked = np.sort(probability)[::-1]
    allowed = math.floor(refused * len(ranked))
    return round_up(max(float(ranked[min(allowed, len(ranked) - 1)]), least))


def round_down(value: float) -> float:
    """To four digits, so that who stood on the threshold is still answered."""
    return math.floor(value * 1e4) / 1e4


def round_up(value: float) -> float:
    """To four digits, so that who stood on the threshold is still not refused."""
    return min(math.ceil(value * 1e4) / 1e4, 1.0)


def calibrate(logits: Floats, truth: Ints, classes: int) -> Fitted:
    """All rules, on the speech segments of validation.

    Args:
        logits: shape ``(n, classes)`` or with a last column for no speech.
        truth: shape ``(n,)``, below `classes`.
        classes: how many emotions there are.
    """
    emotions = logits[:, :classes]
    temperature = round(fit_temperature(emotions, truth), 4)
    scores = softmax(emotions / temperature)
    confidence, right = scores.max(1), scores.argmax(1) == truth
    threshold = choose_uncertain(confidence, right)
    silent = softmax(logits)[:, classes:].sum(1)
    no_speech = choose_no_speech(silent)
    answered = confidence >= threshold
    return Fitted(
        Calibration(temperature=temperature, uncertain_below=threshold, no_speech_above=no_speech),
        nll=negative_log_likelihood(emotions / temperature, truth),
        nll_before=negative_log_likelihood(emotions, truth),
        coverage=float(answered.mean()),
        accuracy=float(right[answered].mean()),
        accuracy_all=float(right.mean()),
        refused=float((silent > no_speech).mean()),
    )
