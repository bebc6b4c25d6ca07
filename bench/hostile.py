"""``vivavoz-bench hostile``: files that were made to do harm, and what each of them gets.

The files and what is right for each stand in the repository (``tests/hostile``); the server is a
process of its own, as it is in service.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import time
import urllib.request
from collections.abc import Sequence
from http import HTTPStatus
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple
from urllib.error import HTTPError

from bench.conditions import Conditions
from bench.errors import BenchError, ServerError
from bench.model import add_model_flag
from bench.report import Cell, Column, Report, Table
from bench.server_process import LOCAL, TOP, Server, serve
from bench.uploads import cost

HELP = "hostile files: status, time and memory of each"

FOLDER: Final = TOP / "tests" / "hostile"
STATUS: Final = {"ok": 200, "too_long": 413, "not_audio": 415, "unsupported": 415, "415": 415}
"""Of an answer; of any other 400."""
TIMEOUT_S: Final = 60.0
MIB: Final = 2**20


class File(NamedTuple):
    """A hostile file.

    Attributes:
        name: its kind, what is wrong with it, and its ending.
        status: the right one.
        content: its bytes.
    """

    name: str
    status: int
    content: bytes


class Answer(NamedTuple):
    """What a server made of a file.

    Attributes:
        file: which.
        status: that it got.
        is_typed: whether a refusal says why, as JSON and no more.
        ms: from the request to the answer; of the runs the quickest, for what else the machine
            does is not the file's doing.
        mib: most memory of the process that decoded it.
    """

    file: File
    status: int
    is_typed: bool
    ms: float
    mib: float


def add_flags(command: argparse.ArgumentParser) -> None:
    """The flags of this sub-command."""
    command.add_argument(
        "--files",
        type=Path,
        default=FOLDER,
        metavar="FOLDER",
        help="with expected.csv and files/ (default: those of the repository)",
    )
    command.add_argument(
        "--runs", type=int, default=3, metavar="N", help="uploads of each (default: %(default)s)"
    )
    command.add_argument(
        "--most-ms", type=float, default=100, metavar="MS", help="allowed (default: %(default)s)"
    )
    command.add_argument(
        "--most-mib", type=float, default=64, metavar="MIB", help="allowed (default: %(default)s)"
    )
    add_model_flag(command)


def run(arguments: argparse.Namespace) -> Report:
    """Upload each file, one after the other."""
    if arguments.runs < 1:
        raise BenchError("--runs has to be at least 1")
    files = read_files(arguments.files)
    conditions = Conditions.here("")
    with serve(arguments.model) as server:
        assert server.pid is not None
        upload(server, files[0], 1)
        before = cost(server.pid).mib
        answers = [upload(server, file, arguments.runs) for file in files]
        after = cost(server.pid).mib
    return Report(
        "hostile",
        conditions.with_model(server.model),
        {"files": len(files), "runs": arguments.runs},
        [tabulate(answers, after - before), slowest(answers)],
        faults(answers, most_ms=arguments.most_ms, most_mib=arguments.most_mib),
        {"answers": [{**one._asdict(), "file": one.file.name} for one in answers]},
    )


def read_files(folder: Path) -> list[File]:
    """The files that a table names.

    Raises:
        BenchError: there is no such table, or a file is missing.
    """
    try:
        with (folder / "expected.csv").open(encoding="utf-8", newline="") as table:
            return [
                File(
                    row["file"],
                    STATUS.get(row["answer"], 400),
                    (folder / "files" / row["file"]).read_bytes(),
                )
                for row in csv.DictReader(table)
            ]
    except (OSError, KeyError) as error:
        raise BenchError(f"no hostile files in {folder}: {error}") from error


def upload(server: Server, file: File, runs: int) -> Answer:
    """Upload a file a few times.

    Raises:
        ServerError: the server does not answer.
    """
    times_ms, status, is_typed = [], 0, True
    before = peak_sum(server)
    for _ in range(runs):
        began_s = time.monotonic()
        status, body = _post(f"{server.url}/v1/classify", file.content)
        times_ms.append((time.monotonic() - began_s) * 1000)
        is_typed = is_typed and _is_typed(status, body)
    mib = (peak_sum(server) - before) / runs / MIB
    return Answer(file, status, is_typed, min(times_ms), mib)


def peak_sum(server: Server) -> float:
    """The memory of all decoding processes so far, added up.

    Raises:
        ServerError: the server does not say.
    """
    assert server.metrics_url is not None
    with LOCAL.open(server.metrics_url, timeout=TIMEOUT_S) as answer:
        found = re.search(rb"(?m)^vivavoz_decode_peak_bytes_sum (\S+)", answer.read())
    if not found:
        raise ServerError(f"{server.metrics_url} says nothing of decoding")
    return float(found[1])


def faults(answers: Sequence[Answer], *, most_ms: float, most_mib: float) -> list[str]:
    """Promises that were broken."""
    found = []
    for answer in answers:
        name = answer.file.name
        if answer.status != answer.file.status:
            found.append(f"{name}: status {answer.status}, not {answer.file.status}")
        if not answer.is_typed:
            found.append(f"{name}: its refusal is not of the form that the protocol has")
        if answer.ms > most_ms:
            found.append(f"{name}: {answer.ms:.0f} ms, more than {most_ms:g}")
        if answer.mib > most_mib:
            found.append(f"{name}: {answer.mib:.0f} MiB, more than {most_mib:g}")
    return found


def tabulate(answers: Sequence[Answer], grown_mib: float) -> Table:
    """A row for each kind of file."""
    kinds = sorted({_kind(answer) for answer in answers})
    rows = [_row(kind, [one for one in answers if _kind(one) == kind]) for kind in kinds]
    return Table(
        "Hostile files",
        (
            Column("kind"),
            Column("files"),
            Column("right status"),
            Column("median, ms", ".1f"),
            Column("slowest, ms", ".1f"),
            Column("most memory, MiB", ".0f"),
        ),
        [*rows, _row("all", answers)],
        (
            "Memory is that of the process that decodes one file and ends. The server and its "
            f"fork server together held {grown_mib:+.1f} MiB more after all of them than before.",
        ),
    )


def slowest(answers: Sequence[Answer], count: int = 5) -> Table:
    """Those that took the longest."""
    chosen = sorted(answers, key=lambda answer: -answer.ms)[:count]
    return Table(
        "The slowest of them",
        (
            Column("file"),
            Column("bytes"),
            Column("status"),
            Column("ms", ".1f"),
            Column("MiB", ".0f"),
        ),
        [(one.file.name, len(one.file.content), one.status, one.ms, one.mib) for one in chosen],
    )


def _kind(answer: Answer) -> str:
    first = answer.file.name.partition("-")[0]
    return first if first in {"wav", "flac", "ogg", "damage"} else "other"


def _row(kind: str, answers: Sequence[Answer]) -> tuple[Cell, ...]:
    return (
        kind,
        len(answers),
        sum(one.status == one.file.status and one.is_typed for one in answers),
        median(one.ms for one in answers),
        max(one.ms for one in answers),
        max(one.mib for one in answers),
    )


def _post(url: str, content: bytes) -> tuple[int, bytes]:
    request = urllib.request.Request(url, content, {"Content-Type": "audio/wav"}, method="POST")
    try:
        with LOCAL.open(request, timeout=TIMEOUT_S) as answer:
            return int(answer.status), answer.read()
    except HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.read()
    except OSError as error:
        raise ServerError(f"{url} does not answer: {error}") from error


def _is_typed(status: int, body: bytes) -> bool:
    """Whether it is an analysis, or a refusal with a code and a message and nothing else."""
    try:
        said = json.loads(body)
        if status == HTTPStatus.OK:
            return "utterances" in said
        return bool(said.keys() == {"error"} and said["error"].keys() == {"code", "message"})
    except (ValueError, AttributeError):
        return False
