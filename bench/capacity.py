"""``vivavoz-bench capacity``: how many listeners at once, and where it breaks."""

from __future__ import annotations

import argparse
from dataclasses import replace
from os.path import relpath
from pathlib import Path
from typing import Final

from bench.capacity_tables import Promise
from bench.conditions import Conditions
from bench.curve import measure_curve
from bench.load_flags import add_load_flags
from bench.model import add_model_flag
from bench.report import Report
from bench.vad_flags import add_vad_flags

HELP = "many listeners at once in real time: label latency, cost, and where it breaks"

SESSIONS: Final = "1,10,50,100,150,200,300"
SPEECH: Final = 0.4
LATE_MS: Final = 200


def add_flags(command: argparse.ArgumentParser) -> None:
    """The flags of this sub-command."""
    add_load_flags(command, SESSIONS)
    command.add_argument(
        "--speech",
        type=_share,
        default=SPEECH,
        metavar="SHARE",
        help="of the time in which somebody speaks (default: %(default)s)",
    )
    command.add_argument(
        "--late-ms",
        type=int,
        default=LATE_MS,
        help="what 95 of 100 labels may take beyond the hangover (default: %(default)s)",
    )
    command.add_argument(
        "--plots", type=Path, metavar="DIR", help="draw the curve there, as capacity-MODEL.png"
    )
    add_model_flag(command)
    add_vad_flags(command)


def run(arguments: argparse.Namespace) -> Report:
    """Measure each number of sessions."""
    conditions = Conditions.here("")
    curve = measure_curve(arguments, arguments.model, arguments.speech)
    conditions = conditions.with_model(curve.model)
    promise = Promise(arguments.late_ms)
    tables = curve.tables(promise)
    if arguments.plots:
        from bench.capacity_plot import draw

        path = draw(curve.steps, promise, conditions, arguments.plots)
        if arguments.figures:
            shown = f"![The curve]({relpath(path, arguments.figures.parent)})"
            tables[0] = replace(tables[0], notes=(*tables[0].notes, shown))
    return Report(
        "capacity",
        conditions,
        curve.settings,
        tables,
        curve.complaints(),
        curve.details(),
    )


def _share(text: str) -> float:
    share = float(text)
    if not 0 < share <= 1:
        raise argparse.ArgumentTypeError("from above 0 to 1")
    return share
