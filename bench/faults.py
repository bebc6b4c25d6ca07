"""``vivavoz-bench faults``: what goes wrong in a day is brought about, and promises are kept."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.conditions import Conditions
from bench.report import Cell, Column, Report, Table
from bench.stub import write_stub
from bench.trial import Outcome, Trial
from bench.trials import TRIALS

HELP = "one row for each fault: what is promised, whether it was kept, and the figure"


def add_flags(command: argparse.ArgumentParser) -> None:
    """The flags of this sub-command."""
    command.add_argument(
        "--only", metavar="TEXT", default="", help="faults whose name has this in it"
    )


def run(arguments: argparse.Namespace) -> Report:
    """Bring about each fault, one after the other, with a model that costs nothing."""
    conditions = Conditions.here("stub")
    trials = [trial for trial in TRIALS if arguments.only in trial.fault]
    with TemporaryDirectory() as folder:
        model = str(write_stub(Path(folder) / "stub"))
        outcomes = [asyncio.run(attempt(trial, model)) for trial in trials]
    failures = [
        f"{trial.fault}: {outcome.figure}"
        for trial, outcome in zip(trials, outcomes, strict=True)
        if not outcome.is_kept
    ]
    return Report("faults", conditions, {}, [table_of(trials, outcomes)], failures)


async def attempt(trial: Trial, model: str) -> Outcome:
    """One of them; what goes wrong in it is a promise broken."""
    try:
        return await trial.run(model)
    except Exception as error:
        return Outcome(False, f"{type(error).__name__}: {error}")


def table_of(trials: list[Trial], outcomes: list[Outcome]) -> Table:
    """A row for each fault."""
    rows: list[list[Cell]] = [
        [trial.fault, trial.promise, "yes" if outcome.is_kept else "NO", outcome.figure]
        for trial, outcome in zip(trials, outcomes, strict=True)
    ]
    columns = [Column(name) for name in ("fault", "promise", "kept", "figure")]
    return Table("Faults", columns, rows)
