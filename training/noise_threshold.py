"""Whether a segment's level over the noise tells what is wrong where confidence does not.

The rule: answer where the confidence is high enough *and* the level lies above a threshold, or
answer as many by confidence alone. The threshold with which more of the answers are right is chosen
on all speakers but one and tried on that one, each in turn; it is taken only where the lower end
of the 95 % interval of the gain, over speakers, lies above zero. Else the stated default of
`classifier.Calibration` stays.

Heard are clean recordings and recordings in noise that was there before, as the live service meets
it: only then does the segmenter's noise floor know of it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from classifier import Calibration, Classifier
from training.answers import Names, speech_rows
from training.bootstrap import drawn, interval
from training.metrics import Floats, Interval
from training.noises import NoiseMaker, noise_of, voices_of
from training.recordings import Recordings
from training.robustness import (
    BEFORE_S,
    SNR_DB,
    cut_in_noise,
    evenly,
    likeliest,
    speech_of,
    verdict_on,
)
from training.segments import RATE, Segments

log = logging.getLogger(__name__)

THRESHOLDS_DB: Final = tuple(float(db) for db in range(4, 21))
"""A voiced frame lies 6 dB over the noise floor or more, so little lies below; at 20 dB over it,
clean recordings begin."""
OTHER: Final = frozenset({"", "uncertain", "too_noisy"})
"""Reasons that leave the threshold a say; the others hold a segment back before it."""

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Judged:
    """Segments that no other rule holds back, shape ``(n,)`` each.

    Attributes:
        speakers: who speaks.
        snr_db: level over the noise floor, as the segmenter has it.
        confidence: of the likeliest emotion.
        right: whether that one was said.
    """

    speakers: Names
    snr_db: Floats
    confidence: Floats
    right: Bools

    def at(self, rows: Bools) -> Judged:
        """Some of them."""
        return Judged(
            self.speakers[rows], self.snr_db[rows], self.confidence[rows], self.right[rows]
        )


@dataclass(frozen=True, slots=True)
class Try:
    """One threshold, or what confidence alone does.

    Attributes:
        db: the threshold.
        answered: share that is still answered.
        accuracy: of those.
        alone: accuracy of as many by confidence alone.
        below: answers that the threshold takes away.
        below_accuracy: of those; None where there are none.
    """

    db: float
    answered: float
    accuracy: float
    alone: float
    below: int
    below_accuracy: float | None

    @property
    def gain(self) -> float:
        """In accuracy."""
        return self.accuracy - self.alone


@dataclass(frozen=True, slots=True)
class Choice:
    """What came out.

    Attributes:
        tries: every threshold, on all segments.
        best_db: with which most is gained there.
        gain: on speakers whom the threshold was not chosen on.
        gain_interval: 95 %, over speakers.
        segments: how many there were.
        speakers: of them.
    """

    tries: list[Try]
    best_db: float
    gain: float
    gain_interval: Interval
    segments: int
    speakers: int

    @property
    def helps(self) -> bool:
        """Whether the threshold is to be taken, by the rule."""
        return self.gain_interval.low > 0

    @property
    def threshold_db(self) -> float:
        """For ``vivavoz.json``."""
        return self.best_db if self.helps else Calibration().least_snr_db

    def __str__(self) -> str:
        lines = [
            f"{self.segments} segments of {self.speakers} speakers, clean and in noise",
            "least dB  answered  right  as many by confidence alone  taken away, right of them",
        ]
        for t in self.tries:
            right = "-" if t.below_accuracy is None else f"{t.below_accuracy:.1%}"
            lines.append(
                f"{t.db:8g}  {t.answered:8.1%}  {t.accuracy:.1%}  {t.alone:.1%} "
                f"({t.gain:+.1%})  {t.below}, {right}"
            )
        low, high = self.gain_interval.low, self.gain_interval.high
        lines.append(
            f"chosen on other speakers: {self.gain:+.2%} right, 95 % over speakers {low:+.2%} to "
            f"{high:+.2%}; the lower end above zero is asked for: least_snr_db is "
            f"{self.threshold_db:g}{'' if self.helps else ', the default'}"
        )
        return "\n".join(lines)


def judge_in_noise(
    classifier: Classifier, segments: Segments, recordings: Recordings, clips: int
) -> Judged:
    """Have recordings answered as they are, and in each kind of noise at each level.

    Args:
        classifier: whose chain it is.
        segments: of validation.
        recordings: its clips, in the same order, whole.
        clips: how many recordings to take at most, evenly over corpora and emotions.
    """
    maker = NoiseMaker(noise_of(recordings), voices_of(segments))
    found = sorted({segments.cuts[i].clip for i in speech_rows(segments)})
    rows: list[tuple[str, float, float, bool]] = []
    for i in evenly(segments, found, clips):
        speech = speech_of(recordings, i)
        noises = [np.zeros(BEFORE_S * RATE + len(speech.wave), np.float32)]
        for number, kind in enumerate(maker.kinds):
            rng = np.random.default_rng([i, number])
            noise = maker.make(kind, len(noises[0]), speech.speaker, rng)
            noises += [noise * np.float32(speech.level * 10 ** (-snr / 20)) for snr in SNR_DB]
        for noise in noises:
            segment = cut_in_noise(speech, noise)
            if segment is None:
                continue
            verdict = verdict_on(classifier, segment)
            if (verdict.reason or "") in OTHER:
                right = likeliest(verdict) == speech.truth
                rows.append((speech.speaker, segment.snr_db, verdict.confidence, right))
    return Judged(
        np.array([row[0] for row in rows], np.str_),
        np.array([row[1] for row in rows], np.float64),
        np.array([row[2] for row in rows], np.float64),
        np.array([row[3] for row in rows], np.bool_),
    )


def choose_threshold(judged: Judged, uncertain_below: float) -> Choice:
    """Choose by the rule above.

    Args:
        judged: validation, in noise and without; at least one.
        uncertain_below: least confidence of an answer.
    """
    tries = [attempt(judged, uncertain_below, db) for db in THRESHOLDS_DB]
    counts = np.stack(
        [tried_on(judged, uncertain_below, speaker) for speaker in np.unique(judged.speakers)]
    )
    return Choice(
        tries=tries,
        best_db=max(tries, key=lambda t: t.gain).db,
        gain=float(gained(counts.sum(0))),
        gain_interval=interval(gained(drawn(counts))),
        segments=len(judged.right),
        speakers=len(counts),
    )


def attempt(judged: Judged, uncertain_below: float, db: float) -> Try:
    """One threshold, and as many answers by confidence alone."""
    confident = judged.confidence >= uncertain_below
    kept = confident & (judged.snr_db >= db)
    away = judged.right[confident & ~kept]
    surest = np.argsort(-judged.confidence, kind="stable")[: kept.sum()]
    return Try(
        db=db,
        answered=float(kept.mean()),
        accuracy=share(judged.right[kept]),
        alone=share(judged.right[surest]),
        below=len(away),
        below_accuracy=float(away.mean()) if len(away) else None,
    )


def tried_on(judged: Judged, uncertain_below: float, speaker: str) -> npt.NDArray[np.int64]:
    """Choose on all others, and try it on one speaker.

    Returns:
        Answers and right ones by the rule, answers and right ones by confidence alone.
    """
    own = judged.speakers == speaker
    others, one = judged.at(~own), judged.at(own)
    if not len(others.right):
        return np.zeros(4, np.int64)
    best = max((attempt(others, uncertain_below, db) for db in THRESHOLDS_DB), key=lambda t: t.gain)
    kept = (one.confidence >= uncertain_below) & (one.snr_db >= best.db)
    # The confidence that leaves as many of the others answered as the rule does.
    ranked = np.sort(others.confidence)[::-1]
    count = round(best.answered * len(ranked))
    alone = one.confidence >= (ranked[count - 1] if count else np.inf)
    counts = [kept.sum(), one.right[kept].sum(), alone.sum(), one.right[alone].sum()]
    return np.array(counts, np.int64)


def gained(counts: npt.NDArray[np.int64]) -> Floats:
    """Accuracy by the rule over that by confidence alone; counts as `tried_on` has them."""
    kept, right, alone, right_alone = np.moveaxis(counts, -1, 0)
    return np.asarray(right / np.maximum(kept, 1) - right_alone / np.maximum(alone, 1), np.float64)


def share(right: Bools) -> float:
    """Of right answers; 0 of none."""
    return float(right.mean()) if len(right) else 0.0
