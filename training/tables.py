"""A report's figures on speech as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from training.measured import NonSpeech, SpeechFigures
from training.metrics import Interval


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(cells) + " |" for cells in lines]


def within(value: float, interval: Interval | None) -> str:
    """A figure with its interval."""
    if interval is None:
        return f"{value:.3f}"
    return f"{value:.3f} ({interval.low:.3f}-{interval.high:.3f})"


def figures_table(speech: SpeechFigures) -> str:
    """A row for each corpus and one for all, with intervals over speakers."""
    head = ("corpus", "speakers", "segments", "accuracy", "commonest", "UAR", "chance", "macro-F1")
    rows = []
    for name, f in [*speech.corpora.items(), ("**all**", speech.pooled)]:
        pooled = f is speech.pooled
        over = speech.intervals if pooled else speech.corpus_intervals.get(name)
        uar = over.uar if over else speech.uar_interval if pooled else None
        rows.append(
            (
                name,
                str(f.speakers),
                str(f.segments),
                within(f.accuracy, over.accuracy if over else None),
                f"{f.chance_accuracy:.3f}",
                within(f.uar, uar),
                f"{f.chance_uar:.3f}",
                within(f.macro_f1, over.macro_f1 if over else None),
            )
        )
    return "\n".join(table(head, rows))


def group_lines(speech: SpeechFigures) -> list[str]:
    """By language and by sex."""
    groups = [
        *((f"language {name}", f) for name, f in speech.languages.items()),
        *((f"sex {name}", f) for name, f in speech.sexes.items()),
    ]
    if not groups:
        return []
    head = ("group", "speakers", "segments", "accuracy", "UAR", "chance", "macro-F1")
    rows = [
        (
            name,
            str(f.speakers),
            str(f.segments),
            f"{f.accuracy:.3f}",
            f"{f.uar:.3f}",
            f"{f.chance_uar:.3f}",
            f"{f.macro_f1:.3f}",
        )
        for name, f in groups
    ]
    return [*table(head, rows), ""]


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
        f"- Expected calibration error {speech.calibration_error:.3f}{by_chance(speech)}.",
        f"- Speech refused as no speech: {silent:.1%}.",
    ]


def by_chance(speech: SpeechFigures) -> str:
    """How much of the calibration error comes of counting few segments."""
    if speech.counting_error is None:
        return ""
    return f"; exactly right confidences would show {speech.counting_error:.3f} on so few segments"


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


def spread_lines(speech: SpeechFigures) -> list[str]:
    """How much it matters who speaks."""
    s = speech.speakers
    if s is None:
        return []
    return [
        f"- Accuracy by speaker ({s.speakers} with at least five segments): lowest "
        f"{s.lowest:.2f}, quartiles {s.quarter:.2f}, {s.median:.2f} and {s.three_quarters:.2f}, "
        f"highest {s.highest:.2f}."
    ]


def confusion_lines(speech: SpeechFigures) -> list[str]:
    """All corpora together, then each; a corpus by itself under its name."""
    lines = ["Said (rows) and answered (columns):", "", *confusion_table(speech), ""]
    for name, counts in speech.corpus_confusions.items():
        lines += [f"{name}:", "", *confusion_table(speech, counts), ""]
    return lines


def confusion_table(speech: SpeechFigures, counts: list[list[int]] | None = None) -> list[str]:
    """Counts and the recall of each row that was said."""
    rows = []
    for i, (label, row) in enumerate(zip(speech.labels, counts or speech.confusion, strict=True)):
        said = sum(row)
        if said or counts is None:
            recall = f"{row[i] / said:.2f}" if said else "-"
            rows.append((f"**{label}**", *map(str, row), recall))
    return table(("", *speech.labels, "recall"), rows)
