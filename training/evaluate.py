"""What a model directory is worth: segments as served, through the classifier that serves."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import soundfile

from classifier import Classifier, Verdict, open_classifier
from training.answers import Answers, answers, asked, speech_figures, speech_rows
from training.durations import measure_durations
from training.errors import TrainingError
from training.manifest import EMOTIONS, Clip
from training.measured import NonSpeech, SplitReport
from training.recordings import whole
from training.report import Report
from training.rivals import baselines, read_rival
from training.robustness import measure_noise
from training.segments import RATE, Segments
from training.settings import TrainSettings
from training.sexes import read_sexes
from training.shifts import measure_shifts
from training.splits import load_segments

log = logging.getLogger(__name__)


class EmptySplitError(TrainingError, ValueError):
    """Nobody speaks in a split."""


@dataclass(frozen=True, slots=True)
class Extras:
    """What is measured besides a model's answers to a split's segments.

    Attributes:
        noise_clips: recordings that are tried in noise, at most; 0 for none.
        durations: whether lengths are tried.
        shifts: whether segments are cut a little later.
        rivals: whether baselines are fitted (once: they are kept in the cache) and compared.
        beside: folders of runs whose ``rival.json`` is to stand beside them.
    """

    noise_clips: int = 0
    durations: bool = False
    shifts: bool = False
    rivals: bool = False
    beside: tuple[Path, ...] = ()


def evaluate(
    model: Path, settings: TrainSettings, splits: tuple[str, ...], extras: Extras | None = None
) -> Report:
    """Measure a model directory on the given splits of a manifest.

    Args:
        model: a model directory; the runtime and all thresholds are those that serve.
        settings: names the manifests; ``out`` names the folder beside which segments are cached.
        splits: ``validation``, ``test``.
        extras: measured on the last of the splits.

    Raises:
        ManifestError: the manifest cannot be used.
        EmptySplitError: nobody speaks in a split.
        classifier.ClassifierError: the model cannot be opened.
    """
    classifier = open_classifier(model, threads=1)
    sexes = read_sexes(settings.speech)
    reports = {}
    for split in splits:
        segments = load_segments(settings, split)
        log.info("%s: %d segments of %d clips", split, len(segments), len(segments.clips))
        report, given = evaluate_split(classifier, segments, sexes)
        if extras and split == splits[-1]:
            further = measure_extras(classifier, segments, settings, extras, split, given)
            report = report.model_copy(update=further)
        reports[split] = report
    return Report(
        name=classifier.name, version=classifier.version, runtime=classifier.runtime, splits=reports
    )


def evaluate_split(
    classifier: Classifier, segments: Segments, sexes: Mapping[str, str] | None = None
) -> tuple[SplitReport, Answers]:
    """Measure on one split's segments; the answers on speech come with the report.

    Raises:
        EmptySplitError: none of them is speech.
    """
    verdicts = [judge(classifier, segments, i) for i in range(len(segments))]
    speech = speech_rows(segments)
    if not speech:
        raise EmptySplitError(
            "this split holds no speech segments: nothing can be measured on it; name others with "
            "--splits, or make splits by `vivavoz-train manifest`"
        )
    noise = sorted(set(range(len(segments))) - set(speech))
    cut = {segments.cuts[i].clip for i in speech}
    clips = [clip for clip in segments.clips if clip.label in EMOTIONS]
    given = answers(asked(segments, speech, sexes or {}), [verdicts[i] for i in speech])
    report = SplitReport(
        speech=speech_figures(given),
        clips=len(clips),
        clips_without_segment=len(clips) - len(cut),
        hours=sum(segments.cuts[i].length for i in speech) / RATE / 3600,
        non_speech=non_speech(segments.clips, [verdicts[i] for i in noise]),
    )
    return report, given


def measure_extras(
    classifier: Classifier,
    segments: Segments,
    settings: TrainSettings,
    extras: Extras,
    split: str,
    given: Answers,
) -> dict[str, Any]:
    """Measure what else is asked for: further fields of the split's report."""
    cache = settings.out.parent / "cache"
    found: dict[str, Any] = {}
    if extras.durations:
        found["durations"] = measure_durations(classifier, segments)
    if extras.shifts:
        found["shifts"] = measure_shifts(classifier, segments)
    if extras.noise_clips:
        recordings = whole(segments.clips, cache)
        found["noisy"] = measure_noise(classifier, segments, recordings, extras.noise_clips)
    if extras.rivals:
        parts = (load_segments(settings, "train"), load_segments(settings, "validation"), segments)
        rivals = baselines(parts, given.asked, given.scores.argmax(1), cache)
        beside = [read_rival(folder, split) for folder in extras.beside]
        found["rivals"] = [*rivals, *(rival for rival in beside if rival)]
    return found


def judge(classifier: Classifier, segments: Segments, i: int) -> Verdict:
    """The verdict on segment `i`, with all that the server knows of it."""
    cut = segments.cuts[i]
    return classifier.classify(
        segments.pcm(i), voiced_ms=cut.voiced_ms, snr_db=cut.snr_db, clipped=cut.clipped
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
