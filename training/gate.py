"""The gate: whether a candidate is not worse than the model that serves.

Both answer the same segments of the same people, cut by the live segmenter, through the runtime
that serves. The rule: the lower end of the 95 % interval of the difference in UAR, over speakers
drawn with replacement (both models hear the same ones), lies above minus a margin.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from classifier import Classifier, open_classifier
from training.answers import answers, asked, speech_rows
from training.bootstrap import Margin, margin
from training.errors import TrainingError
from training.evaluate import judge
from training.manifest import EMOTIONS
from training.retrain_settings import MARGIN
from training.segments import Segments

FEW: Final = 10
"""Speakers below which an interval over speakers says little."""


class GateError(TrainingError):
    """Two models that cannot be compared; the message says why."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the gate saw.

    Attributes:
        candidate: version.
        serving: version.
        candidate_uar: mean recall of the emotions.
        serving_uar: the same of the other.
        difference: of the first from the second.
        margin: by how much the candidate may be worse.
        segments: that both answered.
        speakers: of them.
    """

    candidate: str
    serving: str
    candidate_uar: float
    serving_uar: float
    difference: Margin
    margin: float
    segments: int
    speakers: int

    @property
    def passes(self) -> bool:
        """Whether the candidate is not worse, by the rule."""
        return self.difference.interval.low > -self.margin

    def __str__(self) -> str:
        low, high = self.difference.interval.low, self.difference.interval.high
        few = (
            f"\nonly {self.speakers} speakers: the interval says little"
            if self.speakers < FEW
            else ""
        )
        return (
            f"{self.segments} segments of {self.speakers} speakers\n"
            f"serving   {self.serving}: UAR {self.serving_uar:.4f}\n"
            f"candidate {self.candidate}: UAR {self.candidate_uar:.4f}\n"
            f"difference {self.difference.value:+.4f}, 95 % over speakers {low:+.4f} to {high:+.4f}"
            f"{few}\n"
            f"rule: the lower end lies above {-self.margin:+.4f}: "
            f"{'not worse' if self.passes else 'WORSE, or not known to be as good'}"
        )


def compare(
    candidate: Path, serving: Path, segments: Segments, *, margin_allowed: float = MARGIN
) -> Comparison:
    """Have two model directories answer the same segments.

    Args:
        candidate: that may be promoted.
        serving: that it would replace.
        segments: the fixed test set; what is not speech among them has no part in this.
        margin_allowed: by how much the candidate's UAR may be lower.

    Raises:
        GateError: they know other emotions, or there is no speech.
        classifier.ClassifierError: one of them cannot be opened.
    """
    ours, theirs = open_classifier(candidate), open_classifier(serving)
    if set(ours.labels) != set(theirs.labels):
        raise GateError(
            f"{ours.version} knows {', '.join(ours.labels)}, and {theirs.version} "
            f"{', '.join(theirs.labels)}: they cannot be compared"
        )
    rows = speech_rows(segments)
    if not rows:
        raise GateError("there is no speech to compare on: does the manifest have a test split?")
    about = asked(segments, rows, {})
    guess, other = _guesses(ours, segments, rows), _guesses(theirs, segments, rows)
    return Comparison(
        candidate=ours.version,
        serving=theirs.version,
        candidate_uar=_uar(about.truth, guess),
        serving_uar=_uar(about.truth, other),
        difference=margin(about.truth, guess, other, about.speakers, len(EMOTIONS)),
        margin=margin_allowed,
        segments=len(rows),
        speakers=len(np.unique(about.speakers)),
    )


def _guesses(classifier: Classifier, segments: Segments, rows: list[int]) -> npt.NDArray[np.int64]:
    about = asked(segments, rows, {})
    given = answers(about, [judge(classifier, segments, i) for i in rows])
    return np.asarray(given.scores.argmax(1), np.int64)


def _uar(truth: npt.NDArray[np.int64], guess: npt.NDArray[np.int64]) -> float:
    return float(np.mean([(guess[truth == i] == i).mean() for i in np.unique(truth)]))
