"""``vivavoz-train leave-one-out``: a recipe on corpora that it never heard."""

from __future__ import annotations

import argparse
from pathlib import Path

from training.data_flags import add_augment_flag, add_data_flags, add_recipe_flags, settings_of

RUN = Path("runs/leave-one-out")

DESCRIPTION = """\
For each corpus, train by the given recipe on all the others and measure on the whole of it. That is
one training for each corpus, and one for each of its teachers: hours each. A stopped command goes
on where it stopped, and what is done is not done again; another recipe needs another --run. The
table of all that were held out so far lands in leave_one_out.json and .md of the run's folder,
where `vivavoz-train evaluate` finds it.
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
    add_augment_flag(command)
    _add_lessons(command)
    command.set_defaults(work=work)


def _add_lessons(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--teacher-count",
        type=int,
        default=0,
        help="teachers that are trained first, each time anew: they may not know the corpus either",
    )
    command.add_argument("--teacher-epochs", type=float, default=32, help="of each teacher")
    command.add_argument("--teacher-rate", type=float, default=1e-3, help="of each teacher")
    command.add_argument("--teacher-mixup", type=float, default=0.3, help="of each teacher")


def work(arguments: argparse.Namespace) -> None:
    """Run the command."""
    from training.held_out import held_out_table
    from training.leave_one_out import Lessons, leave_one_out

    lessons = Lessons(
        arguments.teacher_count,
        arguments.teacher_epochs,
        arguments.teacher_rate,
        arguments.teacher_mixup,
    )
    results = leave_one_out(settings_of(arguments), arguments.corpora, lessons)
    print("\n".join(held_out_table(results)))  # noqa: T201 - a command prints
