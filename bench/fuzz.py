"""``vivavoz-bench fuzz``: mangled messages, sessions, frames, connections and files by the hundred
thousand, and what went wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import urllib.request
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import urlsplit

from bench.conditions import Conditions
from bench.errors import ServerError
from bench.findings import Fault, Findings
from bench.fuzz_files import fuzz_files
from bench.fuzz_protocol import ProtocolFuzzer
from bench.fuzz_socket import AT_ONCE, fuzz_connections
from bench.report import Cell, Column, Report, Table
from bench.server_process import LOCAL, TOP, Server, serve, words
from bench.stub import write_stub

HELP = "mangled messages, sessions, frames, connections and files: crashes, hangs, tracebacks"

CORPUS: Final = TOP / "tests" / "fuzz" / "corpus" / "messages.jsonl"
HOSTILE: Final = TOP / "tests" / "hostile" / "files"
PROTOCOL: Final = 250_000
FILES: Final = 200_000
A_CONNECTION: Final = 100
"""Of so many inputs to the protocol one is a connection to a server of its own."""

SHOWN: Final = 8
"""Outcomes of a target that are shown, the most frequent first."""


def add_flags(command: argparse.ArgumentParser) -> None:
    """The flags of this sub-command."""
    for name, count, what in (
        ("protocol", PROTOCOL, "messages, steps of sessions and streams of frames"),
        ("files", FILES, "WAV, FLAC and OGG files"),
    ):
        command.add_argument(
            f"--{name}", type=int, default=count, metavar="N", help=f"{what} (default: {count})"
        )
    command.add_argument("--seed", type=int, default=1, metavar="N", help="of all of them")


def run(arguments: argparse.Namespace) -> Report:
    """Feed everything."""
    conditions = Conditions.here("stub")
    findings = Findings()
    fuzz_protocol(arguments.protocol, arguments.seed, findings)
    fuzz_files(arguments.files, arguments.seed, HOSTILE if HOSTILE.is_dir() else None, findings)
    settings = {"seed": arguments.seed}
    failures = [str(fault) for fault in findings.faults]
    return Report("fuzz", conditions, settings, [*tables(findings)], failures)


def fuzz_protocol(count: int, seed: int, findings: Findings) -> None:
    """Feed so many inputs to what reads clients, some of them over connections to a server.

    Raises:
        ServerError: there is no server to be had.
    """
    corpus = CORPUS.read_text(encoding="utf-8").splitlines()
    connections = count // A_CONNECTION
    ProtocolFuzzer(corpus, seed, findings).run(count - connections)
    with TemporaryDirectory() as folder:
        model = str(write_stub(Path(folder) / "stub"))
        with serve(model, "--max-sessions-per-address", str(4 * AT_ONCE)) as server:
            address = urlsplit(server.url)
            host, port = str(address.hostname), int(address.port or 80)
            asyncio.run(fuzz_connections(connections, seed, corpus, host, port, findings))
            _look_after(server, findings)


def _look_after(server: Server, findings: Findings) -> None:
    """A traceback in the server's log, or a server that answers no more, is a fault too."""

    def look() -> str:
        with LOCAL.open(urllib.request.Request(f"{server.url}/readyz"), timeout=10):
            said = words(server.said) if server.said else ""
        if "Traceback" in said:
            raise ServerError(said[said.index("Traceback") :][:2000])
        return "ready"

    findings.feed("the server afterwards", b"", look)


def tables(findings: Findings) -> list[Table]:
    """How many there were and what went wrong; and what became of them."""
    counts: list[list[Cell]] = [
        [
            target,
            count,
            *(findings.count(target, fault) for fault in Fault),
            1000 * findings.slowest_s[target],
        ]
        for target, count in findings.inputs.items()
    ]
    outcomes: list[list[Cell]] = [
        [target, ", ".join(f"{name} {count}" for name, count in found.most_common(SHOWN))]
        for target, found in findings.outcomes.items()
    ]
    names = {
        Fault.TRACEBACK: "tracebacks",
        Fault.HANG: "hangs over 1 s",
        Fault.CRASH: "crashes",
        Fault.LAW: "promises broken",
    }
    heads = [Column("what was fed"), Column("inputs"), *(Column(names[fault]) for fault in Fault)]
    return [
        Table(
            "Mangled inputs",
            [*heads, Column("slowest, ms of CPU", ".1f")],
            counts,
            [
                "A file that crashes or hangs libsndfile in a bare process is fed to the server's "
                "decoder, and counts if that does not contain it."
            ],
        ),
        Table("What became of them", [Column("what was fed"), Column("outcomes")], outcomes),
    ]
