"""The command line of the benchmarks: ``vivavoz-bench``, and ``vivavoz bench``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from bench import (
    capacity,
    cuts,
    engines,
    faults,
    fuzz,
    hostile,
    non_speech,
    original,
    overhead,
    page,
    peak,
    session,
    startup,
    voice_activity,
    websocket,
)
from bench.errors import BenchError
from bench.figures import publish
from bench.report import Report

DESCRIPTION = """\
Measure vivavoz on this machine. The figures are Markdown tables on standard output, each report
with the machine, the model, the commit and the date. Exit code 1: something that may not happen
did (an utterance was lost); 2: nothing could be measured.
"""

Run = Callable[[argparse.Namespace], Report]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    try:
        arguments = parser().parse_args(argv)
        work: Run = arguments.work
        report = work(arguments)
        if arguments.json:
            arguments.json.write_text(report.to_json(), encoding="utf-8")
        if arguments.figures:
            publish(arguments.figures, sys.argv[1:] if argv is None else argv, report)
    except (BenchError, OSError) as error:
        print(f"vivavoz-bench: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("vivavoz-bench: stopped; nothing was measured to the end", file=sys.stderr)
        return 130
    print(report.to_markdown(), end="")
    return 1 if report.failures else 0


def parser() -> argparse.ArgumentParser:
    """All sub-commands and their flags."""
    top = argparse.ArgumentParser(
        "vivavoz-bench",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    for name, module in (
        ("vad", voice_activity),
        ("noise", non_speech),
        ("session", session),
        ("capacity", capacity),
        ("overhead", overhead),
        ("startup", startup),
        ("original", original),
        ("engines", engines),
        ("peak", peak),
        ("page", page),
        ("hostile", hostile),
        ("websocket", websocket),
        ("fuzz", fuzz),
        ("faults", faults),
        ("cuts", cuts),
    ):
        command = commands.add_parser(name, help=module.HELP, description=module.HELP)
        module.add_flags(command)
        command.add_argument(
            "--json", type=Path, metavar="FILE", help="write everything there as JSON as well"
        )
        command.add_argument(
            "--figures",
            type=Path,
            metavar="FILE",
            help="put the tables on this page, in the place of those that this command printed "
            "for the same model before",
        )
        command.set_defaults(work=module.run)
    return top


if __name__ == "__main__":
    sys.exit(main())
