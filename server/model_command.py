"""``vivavoz model``: which model answers, where it lies, how good it was measured to be."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ValidationError

from classifier import NO_SPEECH, Calibration, Classifier, ClassifierError, open_classifier
from classifier.source import find_model
from server import store_command
from server.command import CommandError, command_parser
from server.flags import add_flags, read_settings
from server.measured import Measured

DESCRIPTION: Final = """\
Say which model answers: name, version, labels, where it lies, how good it was measured to be.

  vivavoz model
  vivavoz model --model models/mine --json

A model store is a folder of versions, one of which serves; a running server follows it.

  vivavoz model install models/mine --model models/serving      serve this one, unmeasured
  vivavoz model versions --model models/serving
  vivavoz model rollback --model models/serving                 serve the one before again
"""
REPORT: Final = "report.json"
MEGABYTE: Final = 1_000_000


class ModelSummary(BaseModel):
    """What a person wants to know of a model.

    Attributes:
        name: what people call it.
        version: what an answer is traced back to.
        runtime: that runs it.
        precision: it runs with.
        reason: for these two.
        labels: the emotions.
        knows_no_speech: whether it has an output for what is no speech.
        calibration: when its answer becomes a label.
        folder: where it lies.
        size_bytes: of all files there.
        figures: a line for each part of its report; empty for a model without one.
    """

    name: str
    version: str
    runtime: str
    precision: str
    reason: str
    labels: tuple[str, ...]
    knows_no_speech: bool
    calibration: Calibration
    folder: Path
    size_bytes: int
    figures: tuple[str, ...]


def main(argv: Sequence[str]) -> int:
    """Run the command."""
    if argv and argv[0] in store_command.ACTIONS:
        return store_command.main(argv)
    parser = command_parser("model", DESCRIPTION)
    add_model_flags(parser)
    parser.add_argument("--json", action="store_true", help="for programs")
    arguments = parser.parse_args(argv)
    summary = summarise(arguments)
    print(summary.model_dump_json(indent=2) if arguments.json else as_text(summary))
    return 0


def add_model_flags(parser: argparse.ArgumentParser) -> None:
    """The flags that say which model, and how to open it."""
    add_flags(parser, ("model", "runtime", "precision", "threads"))
    parser.add_argument("--online", action="store_true", help="may download from the Hub")
    parser.add_argument(
        "--allow-pickle", action="store_true", help="may read weights in a format that holds code"
    )


def open_model(arguments: argparse.Namespace) -> Classifier:
    """The model that the flags, else the settings say.

    Raises:
        CommandError: it cannot be opened.
    """
    settings = read_settings(arguments)
    try:
        return open_classifier(
            settings.model,
            runtime=settings.runtime,
            precision=settings.precision,
            threads=settings.threads,
            online=arguments.online,
            allow_pickle=arguments.allow_pickle,
        )
    except ClassifierError as error:
        raise CommandError(one_line(error)) from None


def one_line(error: Exception) -> str:
    """An error that may quote another's many lines."""
    return " ".join(str(error).split())


def summarise(arguments: argparse.Namespace) -> ModelSummary:
    """Open the model and look at its folder."""
    model = open_model(arguments)
    folder = find_model(read_settings(arguments).model).folder.resolve()
    return ModelSummary(
        name=model.name,
        version=model.version,
        runtime=model.runtime,
        precision=model.precision,
        reason=model.choice.reason,
        labels=model.labels,
        knows_no_speech=NO_SPEECH in model.outputs,
        calibration=model.calibration,
        folder=folder,
        size_bytes=sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()),
        figures=read_figures(folder),
    )


def read_figures(folder: Path) -> tuple[str, ...]:
    """A line for each split that the model was measured on; none where there is no report."""
    try:
        report = Measured.model_validate_json((folder / REPORT).read_bytes())
    except FileNotFoundError:
        return ()
    except (OSError, ValidationError):
        return (f"{folder / REPORT} is not understood",)
    return tuple(
        f"{name}: {100 * pooled.uar:.1f} % recall, averaged over the emotions (guessing: "
        f"{100 * pooled.chance_uar:.1f} %); {100 * pooled.accuracy:.1f} % of "
        f"{pooled.segments} segments right"
        for name, split in report.splits.items()
        for pooled in (split.speech.pooled,)
    )


def as_text(summary: ModelSummary) -> str:
    """As a person reads it."""
    silence = "and no_speech" if summary.knows_no_speech else "(no output for no_speech)"
    lines = {
        "name": summary.name,
        "version": summary.version,
        "runtime": f"{summary.runtime} {summary.precision} ({summary.reason})",
        "labels": f"{', '.join(summary.labels)} {silence}",
        "calibration": ", ".join(f"{key} {value:g}" for key, value in summary.calibration),
        "folder": str(summary.folder),
        "size": f"{summary.size_bytes / MEGABYTE:.1f} MB",
        "measured": ("\n" + " " * 13).join(summary.figures) or "no report in its folder",
    }
    return "\n".join(f"{key:<13}{value}" for key, value in lines.items())
