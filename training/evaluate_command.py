"""``vivavoz-train evaluate``: measure model directories, and write their reports."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Final

from training.data_flags import add_data_flags, add_splits_flag, settings_of
from training.errors import TrainingError

if TYPE_CHECKING:
    from training.report import Report

MODEL: Final = Path("models/default")
NOISE_CLIPS: Final = 700

DESCRIPTION: Final = """\
Measure model directories as they are served: segmenter, exported graph, calibration. Writes
report.json, report.md and plots (report/*.png) into each. On the last of the splits, noise, length,
segments cut a little later and other ways of doing it are measured too; --quick leaves those out.
"""


class MissingResultError(TrainingError):
    """A file of results that was named is not there; the message says what makes it."""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the command."""
    command = commands.add_parser(
        "evaluate",
        help="measure model directories",
        description=DESCRIPTION,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    command.add_argument("models", metavar="MODEL", type=Path, nargs="*", help="model directory")
    command.add_argument(
        "--out", dest="folder", type=Path, default=MODEL, help="the same, where no MODEL is given"
    )
    add_data_flags(command)
    add_splits_flag(command)
    command.add_argument(
        "--quick",
        action="store_true",
        help="no noise, lengths, later cuts or other ways of doing it",
    )
    command.add_argument(
        "--noise-clips",
        type=int,
        default=NOISE_CLIPS,
        help="recordings that are tried in noise, at most; 0 for no noise",
    )
    command.add_argument(
        "--beside",
        "--thesis",
        type=Path,
        nargs="*",
        help="runs to compare with, by folder or rival.json (`vivavoz-train thesis`); unsaid, "
        "thesis beside RUN, if there",
    )
    command.add_argument(
        "--held-out",
        type=Path,
        help="folder or leave_one_out.json of `vivavoz-train leave-one-out`; unsaid, "
        "leave-one-out beside RUN, if there",
    )
    command.set_defaults(work=work)


def work(arguments: argparse.Namespace) -> None:
    """Run the command."""
    from training.evaluate import Extras, evaluate
    from training.held_out import read_results
    from training.plots import draw
    from training.report import markdown

    check_results(arguments)
    settings = settings_of(arguments)
    beside = arguments.beside
    extras = Extras(
        noise_clips=arguments.noise_clips,
        durations=True,
        shifts=True,
        rivals=True,
        beside=tuple([settings.out.parent / "thesis"] if beside is None else beside),
    )
    held_out = arguments.held_out or settings.out.parent / "leave-one-out"
    reports = {}
    for model in arguments.models or [arguments.folder]:
        report = evaluate(
            model, settings, tuple(arguments.splits), None if arguments.quick else extras
        )
        if not arguments.quick:
            report.held_out = read_results(held_out)
        report.save(model, draw(report, model))
        reports[model] = report
        print(markdown(report))  # noqa: T201 - a command prints
    if len(reports) > 1:
        print("\n".join(comparison(reports)))  # noqa: T201


def check_results(arguments: argparse.Namespace) -> None:
    """Look for the results that are named before hours are spent on the others.

    Raises:
        MissingResultError: one is not there.
    """
    from training.held_out import results_file
    from training.rivals import rivals_file

    named = [(rivals_file(place), "thesis") for place in arguments.beside or ()]
    if arguments.held_out:
        named.append((results_file(arguments.held_out), "leave-one-out"))
    for path, command in named:
        if not path.is_file():
            raise MissingResultError(f"there is no {path}: `vivavoz-train {command}` makes it")


def comparison(reports: dict[Path, Report]) -> list[str]:
    """A row for each model and split."""
    from training.tables import table, within

    head = ("model", "version", "split", "UAR", "accuracy", "ECE")
    rows = [
        (
            str(folder),
            report.version,
            name,
            within(split.speech.pooled.uar, split.speech.uar_interval),
            f"{split.speech.pooled.accuracy:.3f}",
            f"{split.speech.calibration_error:.3f}",
        )
        for folder, report in reports.items()
        for name, split in report.splits.items()
    ]
    return table(head, rows)
