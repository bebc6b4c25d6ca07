"""The measured report of a model: ``report.json`` for programs, ``report.md`` for people, and
plots in ``report/``.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pydantic import BaseModel

from training.goals import goal_table
from training.held_out import held_out_table
from training.measured import HeldOut, SplitReport
from training.noise_tables import duration_lines, noise_lines, shift_lines
from training.rival_tables import rival_lines
from training.tables import (
    answer_lines,
    confusion_lines,
    figures_table,
    group_lines,
    non_speech_lines,
    spread_lines,
)

JSON: Final = "report.json"
MARKDOWN: Final = "report.md"
PLOTS: Final = "report"

HOW: Final = """\
Every recording is cut by the live segmenter, and every segment is answered by the exported model
({runtime}) with its calibration: what is measured is what is served. Accuracy, UAR (the recall of
each emotion, averaged), macro-F1 and the confusion matrices count the likeliest emotion of every
segment of at least 300 ms of voice, whether it would be shown or held back. A recording in which
the segmenter finds no such segment is counted beside the figures, not in them. Chance is what
guessing gives; commonest is the accuracy of always saying the commonest emotion. Intervals (95 %)
are over speakers: they say how far the figure would move if other people had spoken. Thresholds
and weights were chosen on validation; test was opened for these tables only."""


class Report(BaseModel):
    """A model, measured.

    Attributes:
        name: of the model.
        version: of the model.
        runtime: that answered.
        splits: by name.
        held_out: what the same recipe reaches on corpora that it never heard.
    """

    name: str
    version: str
    runtime: str
    splits: dict[str, SplitReport]
    held_out: list[HeldOut] = []

    def save(self, folder: Path, plots: Sequence[Path] = ()) -> None:
        """Write both files; `plots` were drawn of this report, and are shown with it."""
        folder.mkdir(parents=True, exist_ok=True)
        names = tuple(path.name for path in plots)
        (folder / JSON).write_text(self.model_dump_json(indent=2) + "\n", encoding="utf-8")
        (folder / MARKDOWN).write_text(markdown(self, names), encoding="utf-8")


def read_report(folder: Path) -> Report | None:
    """The report in a folder; None where there is none."""
    path = folder / JSON
    return Report.model_validate_json(path.read_bytes()) if path.exists() else None


def markdown(report: Report, plots: tuple[str, ...] = ()) -> str:
    """The report as people read it.

    Args:
        report: what was measured.
        plots: names of files in `PLOTS`; those named after a split are shown with it.
    """
    head = [f"# {report.name} {report.version}", "", HOW.format(runtime=report.runtime)]
    parts = [
        split_markdown(name, split, [plot for plot in plots if plot.startswith(f"{name}-")])
        for name, split in report.splits.items()
    ]
    return "\n".join([*head, *parts, *held_out_lines(report.held_out)])


def held_out_lines(results: list[HeldOut], level: int = 2) -> list[str]:
    """The section on corpora that were held out, under a heading; empty where none was."""
    if not results:
        return []
    text = (
        "Models of the same recipe, each trained without one corpus and measured on the whole of "
        "it: another room, other words, mostly another language."
    )
    return ["", f"{'#' * level} corpora held out", "", text, "", *held_out_table(results), ""]


def split_markdown(name: str, split: SplitReport, plots: list[str]) -> str:
    """One split's section."""
    speech = split.speech
    lines = [
        "",
        f"## {name}",
        "",
        f"{split.clips} clips, {speech.pooled.segments} segments, {split.hours:.2f} h. In "
        f"{split.clips_without_segment} clips the segmenter found no segment to judge.",
        "",
        *goal_table(split),
        figures_table(speech),
        "",
        *answer_lines(speech),
        *non_speech_lines(split.non_speech),
        *spread_lines(speech),
        "",
        *group_lines(speech),
        *rival_lines(split),
        *noise_lines(split.noisy),
        *duration_lines(split.durations),
        *shift_lines(split.shifts),
        *confusion_lines(speech),
    ]
    lines += [f"![{plot.removesuffix('.png')}]({PLOTS}/{plot})\n" for plot in plots]
    return "\n".join(lines)
