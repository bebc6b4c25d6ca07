"""Other ways of doing it beside the model, as Markdown."""

from __future__ import annotations

from typing import Final

from training.measured import Rival, SplitReport
from training.metrics import Figures
from training.tables import table, within

BY_EAR: Final = """\
For scale: people who hear the recordings of CREMA-D (another corpus, six emotions, sound alone)
name the actor's emotion in 40.9 % of cases (Cao et al., 2014)."""


def rival_lines(split: SplitReport) -> list[str]:
    """The section on comparisons; empty where none was made."""
    if not split.rivals:
        return []
    speech = split.speech
    head = ("UAR", "**this model**", *(r.name for r in split.rivals), "chance")
    groups: list[tuple[str, str, dict[str, Figures]]] = [
        ("", "corpora", speech.corpora),
        ("language ", "languages", speech.languages),
        ("sex ", "sexes", speech.sexes),
    ]
    rows = [
        (
            f"{prefix}{name}",
            f"{ours.uar:.3f}",
            *(_uar(getattr(rival, field).get(name)) for rival in split.rivals),
            f"{ours.chance_uar:.3f}",
        )
        for prefix, field, figures in groups
        for name, ours in figures.items()
    ]
    rows += [
        (
            f"recall of {name}",
            f"{recall:.3f}",
            *(f"{r.recalls[name]:.3f}" if name in r.recalls else "-" for r in split.rivals),
            f"{1 / len(speech.recalls):.3f}",
        )
        for name, recall in speech.recalls.items()
    ]
    rows.append(
        (
            "**all**",
            within(speech.pooled.uar, speech.uar_interval),
            *(within(r.pooled.uar, r.intervals.uar) for r in split.rivals),
            f"{speech.pooled.chance_uar:.3f}",
        )
    )
    accuracy = (
        "**all, accuracy**",
        within(speech.pooled.accuracy, speech.intervals.accuracy if speech.intervals else None),
        *(within(r.pooled.accuracy, r.intervals.accuracy) for r in split.rivals),
        f"{speech.pooled.chance_accuracy:.3f}",
    )
    return [
        "Beside other ways of doing it, on the same segments:",
        "",
        *table(head, [*rows, accuracy]),
        "",
        *(line for rival in split.rivals for line in about(rival)),
        f"- {BY_EAR}",
        "",
    ]


def about(rival: Rival) -> list[str]:
    """How a rival was made, by how much it is beaten, and what a careless split would say of it."""
    lines = [f"- *{rival.name}*: {rival.what}"]
    if rival.margin:
        lines.append(f"  This model's UAR is higher by {within_margin(rival)}.")
    if rival.shuffled:
        lines.append(
            f"  **If the split were random**, so that the same people are learned from and tested "
            f"on, the very same method would report UAR {rival.shuffled.uar:.3f} instead of "
            f"{rival.pooled.uar:.3f}, accuracy {rival.shuffled.accuracy:.3f} instead of "
            f"{rival.pooled.accuracy:.3f}: that much of such a figure is knowing the speaker."
        )
    return lines


def within_margin(rival: Rival) -> str:
    """The margin with its interval, signs shown."""
    if rival.margin is None:
        return "-"
    m = rival.margin
    return f"{m.value:+.3f} ({m.interval.low:+.3f} to {m.interval.high:+.3f})"


def _uar(figures: Figures | None) -> str:
    return "-" if figures is None else f"{figures.uar:.3f}"
