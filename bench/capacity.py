"""``vivavoz-bench capacity``: how many listeners at once, and where it breaks."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench.capacity_tables import Promise, delivery_table, knee_table, label_table, server_table
from bench.conditions import Conditions
from bench.load import Load, Step, measure_load
from bench.load_flags import add_load_flags, read_load, server_flags
from bench.model import add_model_flag
from bench.programme import Programme, cut_segments, make_programmes, speech_share
from bench.report import Report
from bench.server_process import serve
from bench.vad_flags import add_vad_flags, read_vad_flags
from vad import VadSettings

HELP = "many listeners at once in real time: label latency, cost, and where it breaks"

SESSIONS: Final = "1,10,50,100,150,200,300"
SPEECH: Final = 0.4
LATE_MS: Final = 200
PROGRAMMES: Final = 24
"""Different ones; sessions that share one begin at different moments."""


def add_flags(command: argparse.ArgumentParser) -> None:
    """The flags of this sub-command."""
    command.add_argument(
        "recordings",
        nargs="*",
        type=Path,
        metavar="FILE",
        help="whose speech is said, with pauses between (default: a synthetic voice)",
    )
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
    """Measure each number of sessions against a server of its own."""
    load, vad = read_load(arguments), read_vad_flags(arguments)
    segments = cut_segments(arguments.recordings, vad)
    count = min(PROGRAMMES, max(arguments.sessions))
    programmes = make_programmes(segments, count, load.session_s, arguments.speech, vad)
    conditions = Conditions.here("")
    steps = [
        measure(n, arguments.model, server_flags(arguments, n), load, programmes, vad)
        for n in arguments.sessions
    ]
    conditions = conditions.with_model(steps[0].model)
    promise = Promise(arguments.late_ms)
    if arguments.plots:
        from bench.capacity_plot import draw

        draw(steps, promise, conditions, arguments.plots)
    chosen = {
        "audio": f"{len(arguments.recordings)} recordings" if arguments.recordings else "synthetic",
        "speech": f"{speech_share(programmes):.0%} of the time",
        "seconds": f"{load.seconds:g}",
        "chunk_ms": load.chunk_ms,
        "interim_ms": load.interim_ms,
        "serve": arguments.serve or "as by default",
        **vad.model_dump(),
    }
    tables = [
        knee_table(steps, promise),
        label_table(steps, promise),
        delivery_table(steps),
        server_table(steps),
    ]
    return Report("capacity", conditions, chosen, tables, complaints(steps), details(steps))


def measure(
    sessions: int,
    model: str,
    flags: Sequence[str],
    load: Load,
    programmes: Sequence[Programme],
    vad: VadSettings,
) -> Step:
    """So many sessions against a fresh server. What is under way is told on standard error."""
    print(f"{sessions} sessions, {load.session_s + load.ramp_s:.0f} s …", file=sys.stderr)
    with serve(model, *flags) as server:
        return asyncio.run(measure_load(server, sessions, load, programmes, vad))


def complaints(steps: Sequence[Step]) -> list[str]:
    """What may not happen at any load, and did."""
    return [f"{step.sessions} sessions: {text}" for step in steps for text in step.complaints()]


def details(steps: Sequence[Step]) -> dict[str, object]:
    """Every latency, for the JSON file."""
    return {
        str(step.sessions): {
            "label_ms": step.tally.label_ms,
            "added_ms": step.tally.added_ms,
            "interim_ms": step.tally.interim_ms,
            "verdicts": dict(step.tally.seen),
        }
        for step in steps
    }


def _share(text: str) -> float:
    share = float(text)
    if not 0 < share <= 1:
        raise argparse.ArgumentTypeError("from above 0 to 1")
    return share
