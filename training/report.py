"""The measured report of a model: ``report.json`` for programs, ``report.md`` for people."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from pydantic import BaseModel

from training.metrics import Figures, Interval, Selective

JSON: Final = "report.json"
MARKDOWN: Final = "report.md"


class NonSpeech(BaseModel):
    """What the whole chain (segmenter, model, thresholds) makes of recordings without speech.

    Attributes:
        files: how many recordings.
        minutes: of audio.
        segments: that the segmenter let through.
        labelled: that were given an emotion.
        labels_per_minute: emotions a minute of non-speech.
        reasons: why the others were not.
    """

    files: int
    minutes: float
    segments: int
    labelled: int
    labels_per_minute: float
    reasons: dict[str, int]


class SpeechFigures(BaseModel):
    """What the model makes of speech segments. Accuracy, UAR, F1 and the confusion matrix count
    the likeliest emotion of every segment, whether it would be shown or not.

    Attributes:
        pooled: over all corpora.
        uar_interval: of the pooled UAR, over speakers.
        corpora: each by itself.
        labels: of rows and columns of `confusion`.
        confusion: counts, a row for what was said, a column for what was answered.
        calibration_error: expected, 15 bins.
        answered: share that gets a label by all rules.
        answered_accuracy: of those.
        uncertain: share held back as uncertain, of those that no other rule holds back.
        at_coverage: accuracy where the surest 70 % are answered.
        reasons: how many were held back, and why.
    """

    pooled: Figures
    uar_interval: Interval
    corpora: dict[str, Figures]
    labels: tuple[str, ...]
    confusion: list[list[int]]
    calibration_error: float
    answered: float
    answered_accuracy: float | None
    uncertain: float
    at_coverage: Selective
    reasons: dict[str, int]


class SplitReport(BaseModel):
    """One split.

    Attributes:
        speech: figures on speech segments.
        clips: recordings of speech.
        clips_without_segment: of those, where the segmenter found none long enough to judge.
        hours: of speech segments.
        non_speech: figures on noise.
    """

    speech: SpeechFigures
    clips: int
    clips_without_segment: int
    hours: float
    non_speech: NonSpeech | None


class Report(BaseModel):
    """A model, measured.

    Attributes:
        name: of the model.
        version: of the model.
        runtime: that answered.
        splits: by name.
    """

    name: str
    version: str
    runtime: str
    splits: dict[str, SplitReport]

    def save(self, folder: Path) -> None:
        """Write both files."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / JSON).write_text(self.model_dump_json(indent=2) + "\n", encoding="utf-8")
        (folder / MARKDOWN).write_text(markdown(self), encoding="utf-8")


def read_report(folder: Path) -> Report | None:
    """The report in a folder; None where there is none."""
    path = folder / JSON
    return Report.model_validate_json(path.read_bytes()) if path.exists() else None


def markdown(report: Report) -> str:
    """The report as people read it."""
    head = [
        f"# {report.name} {report.version}",
        "",
        "Every segment is cut by the live segmenter and answered by the exported model "
        f"({report.runtime}) with its calibration. UAR is the recall of each emotion, averaged; "
        "chance is what guessing gives; commonest is the accuracy of always saying the commonest "
        "emotion. The interval is over speakers.",
    ]
    parts = [split_markdown(name, split) for name, split in report.splits.items()]
    return "\n".join([*head, *parts])


def split_markdown(name: str, split: SplitReport) -> str:
    """One split's section."""
    speech = split.speech
    lines = [
        "",
        f"## {name}",
        "",
        f"{split.clips} clips, {speech.pooled.segments} segments, {split.hours:.2f} h. In "
        f"{split.clips_without_segment} clips the segmenter found no segment to judge.",
        "",
        figures_table(speech),
        "",
        *answer_lines(speech),
        *non_speech_lines(split.non_speech),
        "",
        "Said (rows) and answered (columns):",
        "",
        *confusion_table(speech),
        "",
    ]
    return "\n".join(lines)


def figures_table(speech: SpeechFigures) -> str:
    """A row for each corpus and one for all."""
    low, high = speech.uar_interval.low, speech.uar_interval.high
    rows = [
        "| corpus | speakers | segments | accuracy | commonest | UAR | chance | macro-F1 |",
        "|---|---|---|---|---|---|---|---|",
    ]
    named = [*speech.corpora.items(), ("**all**", speech.pooled)]
    for name, f in named:
        uar = f"{f.uar:.3f}" if f is not speech.pooled else f"{f.uar:.3f} ({low:.3f}-{high:.3f})"
        rows.append(
            f"| {name} | {f.speakers} | {f.segments} | {f.accuracy:.3f} | {f.chance_accuracy:.3f} "
            f"| {uar} | {f.chance_uar:.3f} | {f.macro_f1:.3f} |"
        )
    return "\n".join(rows)


def answer_lines(speech: SpeechFigures) -> list[str]:
    """What is shown and what is held back."""
    right = "-" if speech.answered_accuracy is None else f"{speech.answered_accuracy:.1%}"
    at = speech.at_coverage
    reasons = ", ".join(f"{reason} {count}" for reason, count in speech.reasons.items()) or "none"
    silent = speech.reasons.get("no_speech", 0) / speech.pooled.segments
    return [
        f"- Answered: {speech.answered:.1%} of segments, right {right} of the time. "
        f"Held back: {reasons}.",
        f"- The surest {at.coverage:.0%} are right {at.accuracy or 0:.1%} of the time, all of them "
        f"{speech.pooled.accuracy:.1%}.",
        f"- Expected calibration error {speech.calibration_error:.3f}.",
        f"- Speech refused as no speech: {silent:.1%}.",
    ]


def non_speech_lines(noise: NonSpeech | None) -> list[str]:
    """What happens where nobody speaks."""
    if noise is None:
        return []
    reasons = ", ".join(f"{reason} {count}" for reason, count in noise.reasons.items()) or "none"
    return [
        f"- Non-speech: {noise.minutes:.1f} min in {noise.files} files; the segmenter let through "
        f"{noise.segments} segments, {noise.labelled} got an emotion: "
        f"{noise.labels_per_minute:.2f} a minute. Held back: {reasons}."
    ]


def confusion_table(speech: SpeechFigures) -> list[str]:
    """Counts and the recall of each row."""
    rows = [
        "| | " + " | ".join(speech.labels) + " | recall |",
        "|---" * (len(speech.labels) + 2) + "|",
    ]
    for i, (label, counts) in enumerate(zip(speech.labels, speech.confusion, strict=True)):
        said = sum(counts)
        recall = f"{counts[i] / said:.2f}" if said else "-"
        rows.append(f"| **{label}** | " + " | ".join(map(str, counts)) + f" | {recall} |")
    return rows
