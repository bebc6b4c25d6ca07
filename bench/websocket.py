"""``vivavoz-bench websocket``: whether the endpoint keeps to RFC 6455, frame by frame."""

from __future__ import annotations

import argparse
import asyncio
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import urlsplit

from bench.conditions import Conditions
from bench.report import Cell, Column, Report, Table
from bench.server_process import serve
from bench.stub import write_stub
from bench.websocket_case import Case, fault_of
from bench.websocket_cases import frame_cases
from bench.websocket_handshakes import handshake_cases

HELP = "how the endpoint takes hundreds of raw WebSocket frames and handshakes, right and wrong"

AT_ONCE: Final = 8


def add_flags(_: argparse.ArgumentParser) -> None:
    """There is nothing to choose."""


def all_cases() -> list[Case]:
    """The whole suite."""
    return [*handshake_cases(), *frame_cases()]


def run(_: argparse.Namespace) -> Report:
    """Play the suite to a server of our own, with a model that costs nothing."""
    conditions = Conditions.here("")
    cases = all_cases()
    with TemporaryDirectory() as folder:
        model = str(write_stub(Path(folder) / "stub"))
        with serve(model, "--max-sessions-per-address", str(4 * AT_ONCE)) as server:
            address = urlsplit(server.url)
            host, port = str(address.hostname), int(address.port or 80)
            faults = asyncio.run(play(cases, host, port))
    failures = [f"{case.group}, {case.name}: {fault}" for case, fault in faults.items()]
    return Report(
        "websocket",
        conditions.with_model(server.model),
        {"cases": len(cases)},
        [table_of(cases, list(faults))],
        failures,
    )


async def play(cases: Sequence[Case], host: str, port: int) -> dict[Case, str]:
    """Play cases to a server, some at once.

    Returns:
        What was wrong, of those where something was.
    """
    turn = asyncio.Semaphore(AT_ONCE)

    async def play_one(case: Case) -> str | None:
        async with turn:
            return await fault_of(case, host, port)

    faults = await asyncio.gather(*map(play_one, cases))
    return {case: fault for case, fault in zip(cases, faults, strict=True) if fault}


def table_of(cases: Sequence[Case], failed: Sequence[Case]) -> Table:
    """How many of each group, and how many of them were answered as they have to be."""
    counts, faults = Counter(c.group for c in cases), Counter(c.group for c in failed)
    rows: list[list[Cell]] = [
        [group, count, count - faults[group]] for group, count in counts.items()
    ]
    rows.append(["all", len(cases), len(cases) - len(failed)])
    return Table(
        "RFC 6455 by raw frames", [Column("about"), Column("cases"), Column("right")], rows
    )
