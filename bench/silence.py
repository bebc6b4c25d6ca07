"""What a session costs in which nobody speaks: by the difference between many and none."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from statistics import median
from typing import Final, NamedTuple

import numpy as np

from bench.expectation import expect
from bench.load import Load, Step, measure_idle, measure_load
from bench.programme import Programme
from bench.recordings import RATE, Pcm
from bench.report import Column, Table
from bench.resources import Usage
from bench.server_process import Server, serve
from bench.voice import faint_noise
from vad import VadSettings

KINDS: Final = ("digital silence", "faint noise")
WARM_SESSIONS: Final = 8
WARM: Final = Load(seconds=1.0, ramp_s=0.5)
"""Before: what the first session loads is not what each one costs."""


class Silent(NamedTuple):
    """What was measured of silent sessions.

    Attributes:
        kind: one of `KINDS`.
        sessions: at once.
        idle_cpu: of the server without any, ms a second.
        cpu: of the server with all, ms a second.
        cpu_each: ms a second and session.
        kib_each: resident memory of each, KiB.
    """

    kind: str
    sessions: int
    idle_cpu: float
    cpu: float
    cpu_each: float
    kib_each: float


def measure_silence(
    kind: str, sessions: int, model: str, flags: Sequence[str], load: Load, vad: VadSettings
) -> tuple[Silent, list[str]]:
    """Hold silent sessions against a fresh server.

    Returns:
        The figures, and what may not happen and did.
    """
    programmes = [_programme(kind, load.session_s, vad)]
    with serve(model, *flags) as server:
        idle, step = asyncio.run(_measure(server, sessions, load, programmes, vad))
    return figures(kind, idle, step), [f"{kind}: {text}" for text in step.complaints()]


def figures(kind: str, idle: Usage, step: Step) -> Silent:
    """The differences."""
    assert step.server
    idle_cpu, cpu = (used.cpu_s * 1000 / step.seconds for used in (idle, step.server))
    before, after = (median(point.kib for point in used.memory) for used in (idle, step.server))
    n = step.sessions
    return Silent(kind, n, idle_cpu, cpu, (cpu - idle_cpu) / n, (after - before) / n)


def silence_table(rows: Sequence[Silent]) -> Table:
    """One row for each kind of silence."""
    return Table(
        "Sessions in which nobody speaks",
        (
            Column("what is sent"),
            Column("sessions"),
            Column("CPU without any, ms a second", ".1f"),
            Column("CPU with all, ms a second", ".1f"),
            Column("CPU of each, ms a second", ".2f"),
            Column("memory of each, KiB", ".0f"),
        ),
        rows,
        (
            "By the difference between the same server with all sessions and, before, with none. "
            "Faint noise is white, of -81 dBFS.",
        ),
    )


async def _measure(
    server: Server, sessions: int, load: Load, programmes: Sequence[Programme], vad: VadSettings
) -> tuple[Usage, Step]:
    await measure_load(server, WARM_SESSIONS, WARM, programmes, vad)
    idle = await measure_idle(server, load.seconds)
    return idle, await measure_load(server, sessions, load, programmes, vad)


def _programme(kind: str, seconds: float, vad: VadSettings) -> Programme:
    pcm: Pcm = np.zeros(round(seconds * RATE), "<i2")
    if kind == "faint noise":
        pcm = faint_noise(seconds, np.random.default_rng(0))
    return Programme(pcm.tobytes(), expect(pcm, vad))
