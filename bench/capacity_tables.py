"""The tables of measurements under load, and the knee of the curve."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from bench.distribution import COLUMNS, distribution
from bench.load import Step
from bench.prometheus import at_most
from bench.report import Cell, Column, Table


class Promise(NamedTuple):
    """What is promised to every listener.

    Attributes:
        late_ms: 95 of 100 labels come at most so late.
        added: counted without the wait for the rest of the chunk; else beyond the hangover.
    """

    late_ms: int
    added: bool = False

    def __str__(self) -> str:
        return f"{'added' if self.added else 'beyond the hangover'} p95 at most {self.late_ms} ms"

    def broken(self, step: Step) -> str | None:
        """Why it does not hold with so many sessions, None if it does."""
        if complaints := step.complaints():
            return "; ".join(complaints)
        if step.tally.overloaded:
            return f"{step.tally.overloaded} labels overloaded"
        p95 = distribution(step.tally.added_ms if self.added else step.tally.label_ms).p95
        return f"p95 {p95:.0f} ms" if p95 is not None and p95 > self.late_ms else None


class Knee(NamedTuple):
    """Where a curve breaks.

    Attributes:
        holds: the most sessions with which the promise holds, as it does with all fewer; None
            if it never does.
        breaks: the fewest with which it does not, None if it always holds.
        why: it does not.
    """

    holds: int | None
    breaks: int | None
    why: str | None


def find_knee(steps: Sequence[Step], promise: Promise) -> Knee:
    """Where the promise breaks first; the steps ascend."""
    holds = None
    for step in steps:
        if why := promise.broken(step):
            return Knee(holds, step.sessions, why)
        holds = step.sessions
    return Knee(holds, None, None)


def knee_table(steps: Sequence[Step], promise: Promise) -> Table:
    """The knee."""
    knee = find_knee(steps, promise)
    return Table(
        "How many sessions it bears",
        (Column("promise"), *map(Column, ("holds", "breaks", "why"))),
        [(f"{promise}, none lost", *knee)],
        ("Holds: with so many sessions and with every smaller number that was measured.",),
    )


def label_table(steps: Sequence[Step], promise: Promise) -> Table:
    """How late labels were by the number of sessions."""
    rows: list[tuple[Cell, ...]] = []
    for step in steps:
        tally = step.tally
        interims = distribution(tally.interim_ms)
        rows.append(
            (
                step.sessions,
                *distribution(tally.label_ms),
                distribution(tally.added_ms).p95,
                interims.n,
                interims.p50,
                interims.p95,
                "no" if promise.broken(step) else "yes",
            )
        )
    return Table(
        "Label latency at the client, ms beyond the hangover",
        (
            Column("sessions"),
            *COLUMNS,
            Column("added p95", ".0f"),
            Column("interims"),
            Column("interim p50", ".0f"),
            Column("interim p95", ".0f"),
            Column("promise kept"),
        ),
        rows,
        (
            "Final labels, from the moment at which the audio was due that the server needs to "
            "know the end of the segment: the hangover after its last speech sample, or the cut at "
            "the maximum length. Added: from when the chunk that holds this moment was due, so "
            "without the wait for the rest of the chunk. Interims: from the last sample they hold. "
            "Counted from when the audio was due, not from when it was sent, while all sessions "
            "spoke.",
        ),
    )


def delivery_table(steps: Sequence[Step]) -> Table:
    """What had to come and what came."""
    names = ("due", "lost", "twice", "unexpected", "changed", "overloaded", "sessions failed")
    return Table(
        "Delivery of final verdicts",
        (Column("sessions"), *map(Column, names)),
        [
            (
                step.sessions,
                step.tally.due,
                *step.tally.verdicts,
                step.tally.overloaded,
                len(step.tally.failures),
            )
            for step in steps
        ],
        (
            "Over all of the time. Due is what a segmenter here makes of the same audio. "
            "Overloaded: answered, but without a label, because there was no time for one.",
        ),
    )


def server_table(steps: Sequence[Step]) -> Table:
    """What the sessions cost, and whether the load generator kept its pace."""
    return Table(
        "The server, and the load generator",
        (
            Column("sessions"),
            Column("server, cores", ".2f"),
            Column("CPU a minute of speech, s", ".2f"),
            Column("resident, MiB", ".0f"),
            Column("event loop late p50 at most, ms", "g"),
            Column("p99 at most, ms", "g"),
            Column("generator, cores", ".2f"),
            Column("chunks sent late p50, ms", ".1f"),
            Column("p99, ms", ".1f"),
            Column("all else, cores", ".2f"),
        ),
        [_cost(step) for step in steps],
        (
            "Processor time while all sessions spoke. The generator runs in a process of its own "
            "on the same machine, and so does all else: what they take, the server does not have. "
            "Lateness of the event loop is the bound of the server's own histogram.",
        ),
    )


def _cost(step: Step) -> tuple[Cell, ...]:
    late = distribution(step.tally.late_ms)
    cpu_s = step.server.cpu_s if step.server else None
    return (
        step.sessions,
        None if cpu_s is None else cpu_s / step.seconds,
        _per_minute(cpu_s, step),
        step.memory_mib,
        _lag(step, 0.5),
        _lag(step, 0.99),
        step.generator_cpu_s / step.seconds,
        late.p50,
        late.p99,
        step.others_cpu_s / step.seconds,
    )


def _per_minute(cpu_s: float | None, step: Step) -> float | None:
    speech_s = step.speech_s
    return cpu_s * 60 / speech_s if cpu_s is not None and speech_s else None


def _lag(step: Step, share: float) -> float | None:
    seconds = at_most(step.lag, share) if step.lag else None
    return None if seconds is None or math.isinf(seconds) else seconds * 1000
