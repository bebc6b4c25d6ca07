"""A report's figures as PNG files, each under 200 kB. Nothing of pyplot: no global state."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from training.measured import Duration, Noisy, SpeechFigures, SplitReport
from training.report import PLOTS, Report

DPI: Final = 110
OURS: Final = "#1f5fa8"
OTHERS: Final = ("#e08a1e", "#8a9a5b", "#a05195", "#7f7f7f")
FAINT: Final = "#b0b0b0"
HELD: Final = (
    ("answered", "#1f5fa8"),
    ("uncertain", "#9dc3e6"),
    ("too_noisy", "#e08a1e"),
    ("no_speech", "#a05195"),
    ("missed", "#d0d0d0"),
)


def draw(report: Report, folder: Path) -> list[Path]:
    """Draw all that was measured of each split into ``report/`` of a folder.

    Plots of an earlier report are taken away first.

    Returns:
        The files, named ``SPLIT-WHAT.png``.
    """
    out = folder / PLOTS
    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob("*.png"):
        old.unlink()
    files = []
    for name, split in report.splits.items():
        figures = {
            "confidence": confidence_figure(split.speech, name),
            "confusion": confusion_figure(split.speech, name),
            "corpora": corpora_figure(split, name),
        }
        if split.noisy or split.durations:
            figures["conditions"] = conditions_figure(split.noisy, split.durations, name)
        for what, figure in figures.items():
            path = out / f"{name}-{what}.png"
            # Without the date and the version of the library, the same figures are the same file.
            figure.savefig(path, dpi=DPI, metadata={"Software": None})
            files.append(path)
    return files


def new_figure(width: float, height: float, title: str) -> Figure:
    """An empty figure with a title, inches."""
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(title)
    return figure


def confusion_figure(speech: SpeechFigures, name: str) -> Figure:
    """All corpora together and each by itself, each row as shares of what was said."""
    tables = {"all": speech.confusion, **speech.corpus_confusions}
    columns = min(3, len(tables))
    rows = -(-len(tables) // columns)
    figure = new_figure(
        3.5 * columns + 0.6, 3.5 * rows + 0.4, f"{name}: said (rows), answered (columns), %"
    )
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for ax, (title, counts) in zip(axes, tables.items(), strict=False):
        draw_confusion(ax, np.array(counts), speech.labels, title)
    for ax in axes[len(tables) :]:
        ax.set_axis_off()
    return figure


def draw_confusion(ax: Axes, counts: Any, labels: tuple[str, ...], title: str) -> None:
    """One matrix; rows that nobody said stay empty."""
    said = counts.sum(1, keepdims=True)
    shares = np.divide(counts, said, out=np.full(counts.shape, np.nan), where=said > 0)
    ax.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    ticks = range(len(labels))
    ax.set_xticks(ticks, labels, rotation=45, ha="right")
    ax.set_yticks(ticks, labels)
    ax.set_title(f"{title} ({int(counts.sum())})")
    for row, column in np.ndindex(shares.shape):
        share = shares[row, column]
        if np.isfinite(share):
            dark = "white" if share > 0.5 else "black"
            ax.text(column, row, f"{share * 100:.0f}", ha="center", va="center", color=dark)


def confidence_figure(speech: SpeechFigures, name: str) -> Figure:
    """The reliability diagram and the risk-coverage curve."""
    figure = new_figure(9, 4.2, f"{name}: can the confidence be believed?")
    left, right = figure.subplots(1, 2)
    left.plot([0, 1], [0, 1], "--", color=FAINT, label="as right as sure")
    sizes = np.array([b.segments for b in speech.reliability], float)
    left.scatter(
        [b.confidence for b in speech.reliability],
        [b.accuracy for b in speech.reliability],
        s=15 + 250 * sizes / sizes.max(initial=1),
        color=OURS,
        alpha=0.75,
        label="segments of one bin (area: how many)",
    )
    left.set(xlim=(0, 1.02), ylim=(0, 1.02), xlabel="confidence", ylabel="share right")
    left.set_title(f"reliability, ECE {speech.calibration_error:.3f}")
    left.legend(loc="upper left", fontsize=8, markerscale=0.5)
    draw_risk(right, speech)
    return figure


def draw_risk(ax: Axes, speech: SpeechFigures) -> None:
    """Errors among what is answered, by how much is."""
    points = [s for s in speech.risk_coverage if s.accuracy is not None]
    risks = [1 - (s.accuracy or 0) for s in points]
    ax.plot([s.coverage for s in points], risks, "o-", color=OURS, ms=3, label="surest first")
    ax.axhline(1 - speech.pooled.accuracy, ls="--", color=FAINT, label="all answered")
    if speech.answered_accuracy is not None:
        ax.plot(speech.answered, 1 - speech.answered_accuracy, "*", color=OTHERS[0], ms=13,
                label="as served (own thresholds)")  # fmt: skip
    ax.set(xlim=(0, 1.02), ylim=(0, None), xlabel="share answered", ylabel="share wrong of those")
    ax.set_title("risk and coverage")
    ax.legend(loc="lower right", fontsize=8)


def corpora_figure(split: SplitReport, name: str) -> Figure:
    """UAR by corpus, beside rivals and chance."""
    speech = split.speech
    groups = [*speech.corpora, "all"]
    series = {"this model": [*(f.uar for f in speech.corpora.values()), speech.pooled.uar]}
    for rival in split.rivals:
        series[rival.name] = [
            *(rival.corpora[c].uar if c in rival.corpora else np.nan for c in speech.corpora),
            rival.pooled.uar,
        ]
    chance = [*(f.chance_uar for f in speech.corpora.values()), speech.pooled.chance_uar]
    figure = new_figure(1.6 * len(groups) + 2, 4.2, f"{name}: mean recall (UAR) by corpus")
    ax = figure.subplots()
    width = 0.8 / len(series)
    for i, (label, values) in enumerate(series.items()):
        x = np.arange(len(groups)) - 0.4 + width * (i + 0.5)
        color = OURS if i == 0 else OTHERS[(i - 1) % len(OTHERS)]
        bars = ax.bar(x, values, width * 0.92, color=color, label=label)
        texts = [f"{v:.2f}" if np.isfinite(v) else "" for v in values]
        ax.bar_label(bars, texts, padding=-13, fontsize=8, color="white")
    for at, value in enumerate(chance):
        ax.plot([at - 0.42, at + 0.42], [value] * 2, "--", color="black", lw=1,
                label="chance" if at == 0 else None)  # fmt: skip
    interval = speech.uar_interval
    ax.errorbar(
        len(groups) - 1 - 0.4 + width * 0.85, speech.pooled.uar,
        [[speech.pooled.uar - interval.low], [interval.high - speech.pooled.uar]],
        color="black", capsize=3, lw=1, label="95 % over speakers",
    )  # fmt: skip
    counts = [*(f.speakers for f in speech.corpora.values()), speech.pooled.speakers]
    names = [f"{g}\n{n} speaker{'s' * (n != 1)}" for g, n in zip(groups, counts, strict=True)]
    ax.set_xticks(range(len(groups)), names)
    ax.set(ylim=(0, 1), ylabel="UAR")
    ax.legend(fontsize=8, ncols=3, loc="upper right")
    return figure


def conditions_figure(noisy: Noisy | None, durations: list[Duration], name: str) -> Figure:
    """What noise and length do."""
    panels = 2 * (noisy is not None) + bool(durations)
    figure = new_figure(4.4 * panels, 4.2, f"{name}: noise and length")
    axes = list(figure.subplots(1, panels, squeeze=False).ravel())
    if noisy:
        draw_noise(axes.pop(0), noisy)
        draw_held(axes.pop(0), noisy)
    if durations:
        draw_durations(axes.pop(0), durations)
    return figure


def draw_noise(ax: Axes, noisy: Noisy) -> None:
    """UAR by SNR, a line for each kind of noise; clean at the left."""
    levels = list(noisy.mean)
    for (kind, heard), color in zip(noisy.kinds.items(), OTHERS, strict=False):
        values = [noisy.clean.uar, *(heard[level].uar for level in levels)]
        ax.plot(range(len(values)), values, "o-", ms=4, color=color, label=kind)
    mean = [noisy.clean.uar, *(noisy.mean[level].uar for level in levels)]
    ax.plot(range(len(mean)), mean, "s-", lw=2.5, color=OURS, label="mean")
    label_levels(ax, levels)
    ax.set(ylim=(0, 1), ylabel="UAR of what the segmenter found", title="in noise")
    ax.legend(fontsize=8)


def draw_held(ax: Axes, noisy: Noisy) -> None:
    """What becomes of all recordings, as the mean over the kinds of noise."""
    levels = list(noisy.mean)
    series = [noisy.clean, *noisy.mean.values()]
    bottom = np.zeros(len(series))
    for field, color in HELD:
        values = np.array([getattr(heard, field) for heard in series])
        ax.bar(range(len(series)), values, 0.75, bottom, color=color, label=field.replace("_", " "))
        bottom += values
    label_levels(ax, levels)
    ax.set(ylim=(0, 1.25), ylabel="share of recordings", title="what is said of them")
    ax.set_yticks([0, 0.2, 0.4, 0.6, 0.8, 1])
    ax.legend(fontsize=8, loc="upper center", ncols=3)


def label_levels(ax: Axes, levels: list[int]) -> None:
    """The axis of SNR."""
    ax.set_xticks(range(len(levels) + 1), ["clean", *(str(level) for level in levels)])
    ax.set_xlabel("SNR, dB")


def draw_durations(ax: Axes, durations: list[Duration]) -> None:
    """UAR and share answered by length."""
    seconds = [d.seconds for d in durations]
    ax.plot(seconds, [d.uar for d in durations], "s-", color=OURS, label="UAR")
    ax.plot(seconds, [d.answered for d in durations], "o--", color=OTHERS[0], label="answered")
    ax.set_xscale("log")
    ax.set_xticks(seconds, [f"{s:g}" for s in seconds])
    ax.minorticks_off()
    ax.set(ylim=(0, 1), xlabel="length of speech, s", title="by length")
    ax.legend(fontsize=8, loc="lower right")
