"""Answers on speech segments as columns, and every figure that follows from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from classifier import Verdict
from training.bootstrap import Intervals, intervals
from training.confidence import counting_error, reliability, risk_coverage
from training.manifest import EMOTIONS
from training.measured import SpeechFigures, Spread
from training.metrics import (
    Figures,
    Ints,
    calibration_error,
    confusion,
    figures,
    selective,
    threshold_for,
)
from training.segments import Segments

Names = npt.NDArray[np.str_]

COVERAGE: Final = 0.7
"""Coverage at which accuracy is reported for comparison, whatever the model's own threshold."""

LEAST: Final = 5
"""Segments that a speaker needs to be counted in the spread: one in one is no accuracy."""

SEVERAL: Final = 3
"""Speakers that a corpus needs to be given intervals over them."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was said in each of ``n`` segments, and by whom.

    Attributes:
        truth: index into `EMOTIONS`.
        corpora: of the clip.
        speakers: of the clip.
        languages: of the clip.
        sexes: of the speaker; "" where the manifest does not say.
    """

    truth: npt.NDArray[np.int64]
    corpora: Names
    speakers: Names
    languages: Names
    sexes: Names


@dataclass(frozen=True, slots=True)
class Answers:
    """A model's verdicts on them.

    Attributes:
        asked: on what.
        scores: shape ``(n, 6)``.
        reasons: why there is no label; "" where there is one.
    """

    asked: Asked
    scores: npt.NDArray[np.float64]
    reasons: Names


def speech_rows(segments: Segments) -> list[int]:
    """Numbers of the segments that are speech."""
    return [i for i in range(len(segments)) if segments.clip(i).label in EMOTIONS]


def asked(segments: Segments, chosen: list[int], sexes: Mapping[str, str]) -> Asked:
    """The chosen segments as columns."""
    clips = [segments.clip(i) for i in chosen]
    return Asked(
        truth=np.array([EMOTIONS.index(clip.label) for clip in clips]),
        corpora=np.array([clip.corpus for clip in clips]),
        speakers=np.array([clip.speaker for clip in clips]),
        languages=np.array([clip.language for clip in clips]),
        sexes=np.array([sexes.get(clip.speaker, "") for clip in clips]),
    )


def answers(about: Asked, verdicts: list[Verdict]) -> Answers:
    """The verdicts as columns."""
    return Answers(
        asked=about,
        scores=np.array([[v.scores.get(name, 0.0) for name in EMOTIONS] for v in verdicts]),
        reasons=np.array([v.reason or "" for v in verdicts]),
    )


def by_group(about: Asked, guess: Ints, groups: Names) -> dict[str, Figures]:
    """Figures of each group that has a name."""
    return {
        str(name): figures(about.truth[at], guess[at], about.speakers[at])
        for name in np.unique(groups)
        if name
        for at in [groups == name]
    }


def by_emotion(truth: Ints, guess: Ints) -> dict[str, float]:
    """The recall of each emotion that was said."""
    return {
        name: float((guess[truth == i] == i).mean())
        for i, name in enumerate(EMOTIONS)
        if (truth == i).any()
    }


def speech_figures(given: Answers) -> SpeechFigures:
    """All figures on speech."""
    about = given.asked
    guess, confidence = given.scores.argmax(1), given.scores.max(1)
    right = guess == about.truth
    labelled = given.reasons == ""
    certain = np.isin(given.reasons, ["", "uncertain"])
    over_speakers = intervals(about.truth, guess, about.speakers, len(EMOTIONS))
    return SpeechFigures(
        pooled=figures(about.truth, guess, about.speakers),
        uar_interval=over_speakers.uar,
        intervals=over_speakers,
        corpora=by_group(about, guess, about.corpora),
        corpus_intervals=corpus_intervals(about, guess),
        sexes=by_group(about, guess, about.sexes),
        languages=by_group(about, guess, about.languages),
        speakers=spread(about.speakers, right),
        labels=EMOTIONS,
        confusion=confusion(about.truth, guess, len(EMOTIONS)).tolist(),
        corpus_confusions={
            str(name): confusion(about.truth[at], guess[at], len(EMOTIONS)).tolist()
            for name in np.unique(about.corpora)
            for at in [about.corpora == name]
        },
        recalls=by_emotion(about.truth, guess),
        calibration_error=calibration_error(confidence, right),
        counting_error=counting_error(confidence),
        reliability=reliability(confidence, right),
        answered=float(labelled.mean()),
        answered_accuracy=float(right[labelled].mean()) if labelled.any() else None,
        uncertain=float((given.reasons[certain] == "uncertain").mean()) if certain.any() else 0.0,
        at_coverage=selective(confidence, right, threshold_for(confidence, COVERAGE)),
        risk_coverage=risk_coverage(confidence, right),
        reasons=dict(sorted(Counter(r for r in given.reasons.tolist() if r).items())),
    )


def corpus_intervals(about: Asked, guess: Ints) -> dict[str, Intervals]:
    """Intervals of each corpus with `SEVERAL` speakers."""
    return {
        str(name): intervals(about.truth[at], guess[at], about.speakers[at], len(EMOTIONS))
        for name in np.unique(about.corpora)
        for at in [about.corpora == name]
        if len(np.unique(about.speakers[at])) >= SEVERAL
    }


def spread(speakers: Names, right: npt.NDArray[np.bool_]) -> Spread | None:
    """The spread of accuracy over speakers of `LEAST` segments; None where there are none."""
    names, counts = np.unique(speakers, return_counts=True)
    each = [float(right[speakers == name].mean()) for name in names[counts >= LEAST]]
    if not each:
        return None
    low, quarter, median, three, high = np.percentile(each, [0, 25, 50, 75, 100]).tolist()
    return Spread(
        speakers=len(each),
        lowest=low,
        quarter=quarter,
        median=median,
        three_quarters=three,
        highest=high,
    )
