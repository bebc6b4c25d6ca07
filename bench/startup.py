"""``vivavoz-bench startup``: how long a server takes to be ready, and the memory that it takes."""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence
from statistics import median
from typing import Final, NamedTuple

from bench.conditions import Conditions
from bench.errors import BenchError, MissingPackageError
from bench.model import add_model_flag
from bench.report import Cell, Column, Report, Table
from bench.server_process import TOP, serve

HELP = "time from the start of the process to ready, and resident memory"

REFERENCE: Final = "import aiohttp, numpy"
"""What no server of this kind starts without."""
MEMORY: Final = "import psutil; print(psutil.Process().memory_info().rss)"


class Start(NamedTuple):
    """One start.

    Attributes:
        ready_s: from the start of the process until it was ready.
        cpu_s: that it took of all its threads.
        mib: resident memory then.
    """

    ready_s: float
    cpu_s: float
    mib: float


def add_flags(command: argparse.ArgumentParser) -> None:
    """The flags of this sub-command."""
    command.add_argument(
        "--runs",
        type=int,
        default=7,
        metavar="N",
        help="starts, of which the median counts (default: %(default)s)",
    )
    add_model_flag(command)


def run(arguments: argparse.Namespace) -> Report:
    """Start a server and the reference in turns."""
    if arguments.runs < 1:
        raise BenchError("--runs has to be at least 1")
    conditions = Conditions.here("")
    pairs = [(start_server(arguments.model), start_reference()) for _ in range(arguments.runs)]
    servers = [start for (start, _), _ in pairs]
    references = [reference for _, reference in pairs]
    model = pairs[0][0][1]
    details: dict[str, object] = {
        "server": [start._asdict() for start in servers],
        "reference": [start._asdict() for start in references],
    }
    return Report(
        "startup",
        conditions.with_model(model),
        {"runs": arguments.runs},
        [tabulate(servers, references)],
        details=details,
    )


def start_server(model: str) -> tuple[Start, str]:
    """Start a server, wait until it is ready, and stop it; with the model that it has.

    Raises:
        ServerError: it does not get ready.
        MissingPackageError: psutil is not installed.
    """
    try:
        from psutil import Process
    except ImportError as error:
        raise MissingPackageError("psutil") from error
    with serve(model) as server:
        assert server.ready_s is not None
        process = Process(server.pid)
        times = process.cpu_times()
        mib = process.memory_info().rss / 2**20
        return Start(server.ready_s, float(times.user + times.system), mib), server.model


def start_reference() -> Start:
    """Start a Python that imports `REFERENCE` alone.

    Raises:
        BenchError: it fails.
    """
    began_s = time.monotonic()
    bare = _python(REFERENCE)
    ready_s = time.monotonic() - began_s
    if bare.returncode:
        raise BenchError(f"python -c '{REFERENCE}' failed: {bare.stderr.strip()}")
    code = (
        f"{REFERENCE}, time; cpu = time.process_time(); {MEMORY}; print(cpu)"  # psutil counts less
    )
    rss, cpu_s = _python(code).stdout.split()
    return Start(ready_s, float(cpu_s), int(rss) / 2**20)


def tabulate(servers: Sequence[Start], references: Sequence[Start]) -> Table:
    """Medians and extremes."""
    rows: list[tuple[Cell, ...]] = [
        ("vivavoz serve, to /readyz", *_row(servers)),
        (f"python -c '{REFERENCE}', to its end", *_row(references)),
    ]
    return Table(
        "From the start of the process",
        (
            Column("what"),
            Column("median, s", ".2f"),
            Column("least, s", ".2f"),
            Column("most, s", ".2f"),
            Column("CPU median, s", ".2f"),
            Column("resident, MiB", ".0f"),
        ),
        rows,
        (
            "In turns, files in the system's cache. Ready: the model has classified 8 s, and "
            "/readyz answers 200. Memory is that of the process at this moment.",
        ),
    )


def _row(starts: Sequence[Start]) -> tuple[float, ...]:
    seconds = [start.ready_s for start in starts]
    return (
        median(seconds),
        min(seconds),
        max(seconds),
        median(start.cpu_s for start in starts),
        median(start.mib for start in starts),
    )


def _python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], cwd=TOP, capture_output=True, text=True, check=False
    )
