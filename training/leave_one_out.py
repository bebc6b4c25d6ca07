"""How good a recipe is on a corpus that it never heard: another language, room and set of words."""

from __future__ import annotations

import csv
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from training.errors import TrainingError
from training.evaluate import evaluate
from training.held_out import held_out_table, write_results
from training.manifest import read_speech
from training.measured import HeldOut
from training.pack import export_run
from training.report import Report, read_report
from training.run import WEIGHTS, read_facts
from training.settings import TrainSettings
from training.train import train

log = logging.getLogger(__name__)

MARKDOWN: Final = "leave_one_out.md"
MODEL: Final = "model"

HOW: Final = """\
# Corpora held out

Each row: a model trained by the same recipe on all corpora but one, its weights and thresholds
chosen on the others' validation speakers, measured on all of the one (every speaker of it) through
segmenter, exported model and calibration. Intervals (95 %) are over speakers.
"""


class CorpusError(TrainingError, ValueError):
    """A corpus cannot be held out; the message says why."""


@dataclass(frozen=True, slots=True)
class Lessons:
    """Teachers of a recipe: they may not have heard the corpus either, so each time there are new
    ones.

    Attributes:
        teachers: how many.
        epochs: of each.
        rate: of each.
        mixup: of each.
    """

    teachers: int = 0
    epochs: float = 32
    rate: float = 1e-3
    mixup: float = 0.3


def leave_one_out(
    settings: TrainSettings, corpora: Sequence[str] = (), lessons: Lessons | None = None
) -> list[HeldOut]:
    """Train and measure once for each corpus, in a folder of its own under ``settings.out``.

    What is done is not done again: neither a corpus whose report is there already, nor a teacher
    that was trained to its end, nor the whole epochs of a run. So a stopped command goes on where
    it stopped, and corpora may be held out one command at a time. Another recipe needs another
    folder.

    Args:
        settings: the recipe; ``out`` is the folder of all these runs.
        corpora: which to hold out; none means each in turn.
        lessons: the recipe's teachers.

    Returns:
        The results of all corpora that were held out in this folder, by name.

    Raises:
        CorpusError: a corpus that the manifest does not have, or has alone.
    """
    names = sorted({clip.corpus for clip in read_speech(settings.speech)})
    unknown = sorted(set(corpora) - set(names))
    if unknown or len(names) < 2:
        raise CorpusError(
            f"{settings.speech} holds {', '.join(names)}: hold out one of several, not "
            f"{', '.join(unknown) or 'the only one'}"
        )
    for name in corpora or names:
        log.info("holding out %s", name)
        held_out(without(settings, name), lessons or Lessons())
        results = results_in(settings.out, names)
        write_results(settings.out, results)
        (settings.out / MARKDOWN).write_text("\n".join([HOW, *held_out_table(results), ""]))
    return results_in(settings.out, names)


def results_in(folder: Path, names: Sequence[str]) -> list[HeldOut]:
    """What was reached so far on the corpora of these names."""
    reports = {name: read_report(folder / name / MODEL) for name in names}
    return [result(name, report) for name, report in reports.items() if report]


def without(settings: TrainSettings, corpus: str) -> TrainSettings:
    """The same recipe with a manifest in which `corpus` is all there is to test on.

    Whoever speaks in it is not learned from in another corpus either.

    Raises:
        CorpusError: nothing is left to learn from, or to choose on.
    """
    with settings.speech.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        columns, rows = reader.fieldnames or [], list(reader)
    people = {row["speaker"] for row in rows if row["corpus"] == corpus}
    kept = []
    for row in rows:
        if row["corpus"] == corpus:
            row["split"] = "test"
        elif row["split"] == "test" or row["speaker"] in people:
            continue
        row["path"] = str((settings.speech.parent / row["path"]).resolve())
        kept.append(row)
    missing = {"train", "validation"} - {row["split"] for row in kept}
    if missing:
        raise CorpusError(f"without {corpus} nobody is left in {' and '.join(sorted(missing))}")
    folder = settings.out / corpus
    folder.mkdir(parents=True, exist_ok=True)
    speech = folder / "speech.csv"
    with speech.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(kept)
    return replace(settings, speech=speech, out=folder / "run")


def held_out(settings: TrainSettings, lessons: Lessons) -> None:
    """Train, export, calibrate and measure, unless that was done."""
    folder = settings.out.parent / MODEL
    if read_report(folder) is None:
        trained(replace(settings, teachers=teachers(settings, lessons)))
        export_run(settings, folder)
        evaluate(folder, settings, ("test",)).save(folder)


def teachers(settings: TrainSettings, lessons: Lessons) -> tuple[Path, ...]:
    """Teachers that learn from what the model may learn from; one seed each."""
    return tuple(
        trained(
            replace(
                settings,
                out=settings.out.parent / f"teacher-{number}",
                base="teacher",
                epochs=lessons.epochs,
                rate=lessons.rate,
                mixup=lessons.mixup,
                seed=settings.seed + number,
            )
        )
        for number in range(1, lessons.teachers + 1)
    )


def trained(settings: TrainSettings) -> Path:
    """The weights of a run, which is trained to its end first where it was not."""
    best = settings.out / "best"
    is_done = read_facts(settings.out) is not None and (best / WEIGHTS).exists()
    return best if is_done else train(settings)


def result(corpus: str, report: Report) -> HeldOut:
    """What a report says of the corpus that was held out."""
    speech = report.splits["test"].speech
    return HeldOut(
        corpus=corpus,
        figures=speech.pooled,
        uar_interval=speech.uar_interval,
        calibration_error=speech.calibration_error,
        answered=speech.answered,
        answered_accuracy=speech.answered_accuracy,
    )
