"""What a model directory is worth: segments as served, through the classifier that serves."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import soundfile

from classifier import Classifier, Verdict, open_classifier
from training.manifest import EMOTIONS, Clip
from training.metrics import (
    calibration_error,
    confusion,
    figures,
    selective,
    speaker_interval,
    threshold_for,
)
from training.report import NonSpeech, Report, SpeechFigures, SplitReport
from training.segments import RATE, Segments
from training.settings import TrainSettings
from training.splits import load_segments

log = logging.getLogger(__name__)

COVERAGE: Final = 0.7
"""Coverage at which accuracy is reported for comparison, whatever the model's own threshold."""


@dataclass(frozen=True, slots=True)
class Answers:
    """A model's verdicts on the speech segments of a split, one row each.

    Attributes:
        truth: index into `EMOTIONS`.
        scores: shape ``(n, 6)``.
        corpora: of the clip.
        speakers: of the clip.
        reasons: why there is no label; "" where there is one.
    """

    truth: npt.NDArray[np.int64]
    scores: npt.NDArray[np.float64]
    corpora: npt.NDArray[np.str_]
    speakers: npt.NDArray[np.str_]
    reasons: npt.NDArray[np.str_]


def evaluate(model: Path, settings: TrainSettings, splits: tuple[str, ...]) -> Report:
    """Measure a model directory on the given splits of a manifest.

    Args:
        model: a model directory; the runtime and all thresholds are those that serve.
        settings: names the manifests; ``out`` names the folder beside which segments are cached.
        splits: ``validation``, ``test``.

    Raises:
        ManifestError: the manifest cannot be used.
        classifier.ClassifierError: the model cannot be opened.
    """
    classifier = open_classifier(model, threads=1)
    reports = {}
    for split in splits:
        segments = load_segments(settings, split)
        log.info("%s: %d segments of %d clips", split, len(segments), len(segments.clips))
        reports[split] = evaluate_split(classifier, segments)
    return Report(
        name=classifier.name, version=classifier.version, runtime=classifier.runtime, splits=reports
    )


def evaluate_split(classifier: Classifier, segments: Segments) -> SplitReport:
    """Measure on one split's segments."""
    verdicts = [judge(classifier, segments, i) for i in range(len(segments))]
    speech = [i for i in range(len(segments)) if segments.clip(i).label in EMOTIONS]
    noise = [i for i in range(len(segments)) if segments.clip(i).label not in EMOTIONS]
    if not speech:
        raise ValueError("this split holds no speech segments: nothing can be measured on it")
    cut = {segments.cuts[i].clip for i in speech}
    clips = [clip for clip in segments.clips if clip.label in EMOTIONS]
    return SplitReport(
        speech=speech_figures(answers(segments, speech, [verdicts[i] for i in speech])),
        clips=len(clips),
        clips_without_segment=len(clips) - len(cut),
        hours=sum(segments.cuts[i].length for i in speech) / RATE / 3600,
        non_speech=non_speech(segments.clips, [verdicts[i] for i in noise]),
    )


def judge(classifier: Classifier, segments: Segments, i: int) -> Verdict:
    """The verdict on segment `i`, with all that the server knows of it."""
    cut = segments.cuts[i]
    return classifier.classify(
        segments.pcm(i), voiced_ms=cut.voiced_ms, snr_db=cut.snr_db, clipped=cut.clipped
    )


def answers(segments: Segments, chosen: list[int], verdicts: list[Verdict]) -> Answers:
    """The verdicts on the chosen segments as columns."""
    clips = [segments.clip(i) for i in chosen]
    return Answers(
        truth=np.array([EMOTIONS.index(clip.label) for clip in clips]),
        scores=np.array([[v.scores.get(name, 0.0) for name in EMOTIONS] for v in verdicts]),
        corpora=np.array([clip.corpus for clip in clips]),
        speakers=np.array([clip.speaker for clip in clips]),
        reasons=np.array([v.reason or "" for v in verdicts]),
    )


def speech_figures(given: Answers) -> SpeechFigures:
    """All figures on speech."""
    guess, confidence = given.scores.argmax(1), given.scores.max(1)
    right = guess == given.truth
    labelled = given.reasons == ""
    certain = np.isin(given.reasons, ["", "uncertain"])
    return SpeechFigures(
        pooled=figures(given.truth, guess, given.speakers),
        uar_interval=speaker_interval(given.truth, guess, given.speakers, len(EMOTIONS)),
        corpora={
            str(name): figures(given.truth[at], guess[at], given.speakers[at])
            for name in np.unique(given.corpora)
            for at in [given.corpora == name]
        },
        labels=EMOTIONS,
        confusion=confusion(given.truth, guess, len(EMOTIONS)).tolist(),
        calibration_error=calibration_error(confidence, right),
        answered=float(labelled.mean()),
        answered_accuracy=float(right[labelled].mean()) if labelled.any() else None,
        uncertain=float((given.reasons[certain] == "uncertain").mean()) if certain.any() else 0.0,
        at_coverage=selective(confidence, right, threshold_for(confidence, COVERAGE)),
        reasons=dict(sorted(Counter(r for r in given.reasons.tolist() if r).items())),
    )


def non_speech(clips: Sequence[Clip], verdicts: list[Verdict]) -> NonSpeech | None:
    """What the whole chain makes of the split's noise; None where there is none."""
    noises = [clip for clip in clips if clip.label not in EMOTIONS]
    if not noises:
        return None
    minutes = sum(soundfile.info(clip.path).duration for clip in noises) / 60
    labelled = sum(v.label is not None for v in verdicts)
    return NonSpeech(
        files=len(noises),
        minutes=minutes,
        segments=len(verdicts),
        labelled=labelled,
        labels_per_minute=labelled / minutes,
        reasons=dict(sorted(Counter(v.reason for v in verdicts if v.reason).items())),
    )
