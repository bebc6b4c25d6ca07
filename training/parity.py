"""Whether two runtimes of one model say the same of real segments."""

from __future__ import annotations

import numpy as np
from pydantic import BaseModel
from sklearn.metrics import recall_score

from classifier import Classifier, Verdict
from training.manifest import EMOTIONS
from training.segments import Segments


class Parity(BaseModel):
    """What a model and another form of it make of the same segments of speech.

    Attributes:
        segments: how many.
        accuracy: of the likeliest emotion, as it was and as it is in the other form.
        uar: recall of each emotion, averaged, likewise.
        same_verdict: share of segments with the same label, or none for the same reason.
        score_difference: the largest difference of a score.
    """

    segments: int
    accuracy: tuple[float, float]
    uar: tuple[float, float]
    same_verdict: float
    score_difference: float

    def __str__(self) -> str:
        return (
            f"{self.segments} segments: accuracy {self.accuracy[0]:.4f} -> {self.accuracy[1]:.4f}, "
            f"UAR {self.uar[0]:.4f} -> {self.uar[1]:.4f}, same verdict {self.same_verdict:.2%}, "
            f"scores within {self.score_difference:.1e}"
        )


def compare(model: Classifier, other: Classifier, check: Segments) -> Parity:
    """Ask both about the speech of a split, through all that serves: calibration and verdict.

    Noise would say nothing: a graph can be right on noise and wrong on voices, or the other way
    round.

    Args:
        model: as it was.
        other: in another form, with the same labels.
        check: validation segments; those that are no speech are left out.
    """
    speech = [i for i in range(len(check)) if check.clip(i).label in EMOTIONS]
    truth = [EMOTIONS[check.cuts[i].label] for i in speech]
    pairs = [(_ask(model, check, i), _ask(other, check, i)) for i in speech]
    first, second = ([_likeliest(pair[side]) for pair in pairs] for side in (0, 1))
    apart = [abs(a.scores[name] - b.scores[name]) for a, b in pairs for name in a.scores]
    return Parity(
        segments=len(speech),
        accuracy=(_accuracy(truth, first), _accuracy(truth, second)),
        uar=(_uar(truth, first), _uar(truth, second)),
        same_verdict=float(np.mean([(a.label, a.reason) == (b.label, b.reason) for a, b in pairs])),
        score_difference=max(apart),
    )


def _ask(model: Classifier, check: Segments, i: int) -> Verdict:
    cut = check.cuts[i]
    return model.classify(
        check.pcm(i), voiced_ms=cut.voiced_ms, snr_db=cut.snr_db, clipped=cut.clipped
    )


def _likeliest(verdict: Verdict) -> str:
    return max(verdict.scores, key=lambda name: verdict.scores[name])


def _accuracy(truth: list[str], guess: list[str]) -> float:
    return float(np.mean([a == b for a, b in zip(truth, guess, strict=True)]))


def _uar(truth: list[str], guess: list[str]) -> float:
    present = sorted(set(truth))
    return float(recall_score(truth, guess, labels=present, average="macro", zero_division=0))
