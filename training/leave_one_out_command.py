"""``vivavoz-train leave-one-out``: a recipe on corpora that it never heard."""

from __future__ import annotations

import argparse
from pathlib import Path

from training.data_flags import add_data_flags, add_recipe_flags, settings_of

RUN = Path("runs/leave-one-out")

DESCRIPTION = """\
For each corpus, train by the given recipe on all the others and measure on the whole of it. That is
one training for each corpus: hours. A stopped command goes on where it stopped. The table lands in
leave_one_out.json and .md of the run's folder, where `vivavoz-train evaluate` finds it.
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the command."""
    command = commands.add_parser(
        "leave-one-out",
        help="train without one corpus at a time, and measure on it",
        description=DESCRIPTION,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    command.add_argument(
        "corpora", metavar="CORPUS", nargs="*", help="to hold out; none means each in turn"
    )
    add_data_flags(command, RUN)
    add_recipe_flags(command)
    command.set_defaults(work=work)


def work(arguments: argparse.Namespace) -> None:
    """Run the command."""
    from training.held_out import held_out_table
    from training.leave_one_out import leave_one_out

    results = leave_one_out(settings_of(arguments), arguments.corpora)
    print("\n".join(held_out_table(results)))  # noqa: T201 - a command prints
