"""``vivavoz-bench overhead``: what everything but the model costs, and a session in silence."""

from __future__ import annotations

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bench.capacity import SPEECH
from bench.capacity_tables import Promise
from bench.conditions import Conditions
from bench.curve import measure_curve
from bench.load_flags import add_load_flags, read_load, server_flags
from bench.report import Report
from bench.silence import KINDS, measure_silence, silence_table
from bench.stub import write_stub
from bench.vad_flags import add_vad_flags, read_vad_flags

HELP = "the same with a model that costs nothing; and what a silent session costs"

SESSIONS: Final = "100,300,500"
SILENT: Final = 200
LATE_MS: Final = 20


def add_flags(command: argparse.ArgumentParser) -> None:
    """The flags of this sub-command."""
    add_load_flags(command, SESSIONS)
    command.add_argument(
        "--late-ms",
        type=int,
        default=LATE_MS,
        help="what 95 of 100 labels may take beside the wait for the chunk (default: %(default)s)",
    )
    command.add_argument(
        "--silent",
        type=int,
        default=SILENT,
        metavar="N",
        help="silent sessions, 0 to leave them out (default: %(default)s)",
    )
    add_vad_flags(command)


def run(arguments: argparse.Namespace) -> Report:
    """Measure the stub under load, then silence."""
    conditions = Conditions.here("")
    with TemporaryDirectory() as folder:
        model = str(write_stub(Path(folder) / "stub"))
        curve = measure_curve(arguments, model, SPEECH)
        load, vad = read_load(arguments), read_vad_flags(arguments)
        flags = server_flags(arguments, arguments.silent)
        silent = [
            measure_silence(kind, arguments.silent, model, flags, load, vad)
            for kind in KINDS
            if arguments.silent
        ]
    tables = curve.tables(Promise(arguments.late_ms, added=True))
    if silent:
        tables.append(silence_table([figures for figures, _ in silent]))
    failures = [*curve.complaints(), *(text for _, texts in silent for text in texts)]
    return Report(
        "overhead",
        conditions.with_model(curve.model),
        curve.settings,
        tables,
        failures,
        curve.details(),
    )
