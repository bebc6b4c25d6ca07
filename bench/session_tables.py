"""The tables of ``vivavoz-bench session``: latency, delivery, cost."""

from __future__ import annotations

import math
from collections import Counter

from bench.delivery import Differences, interim_latencies, latencies
from bench.distribution import COLUMNS, distribution
from bench.live import Live
from bench.prometheus import Buckets, at_most
from bench.report import Cell, Column, Table
from bench.resources import WARM_S, Usage, growth


def latency_table(live: Live) -> Table:
    """How late labels were at the client."""
    came = live.received.arrivals

    rows = (
        (
            "final, ended by a pause: after its last speech sample",
            latencies(live.expected, came, "pause", since_decided=False),
        ),
        (
            f"the same, beyond the hangover of {live.vad.hangover_ms} ms",
            latencies(live.expected, came, "pause", since_decided=True),
        ),
        (
            "final, cut at the maximum length: after the cut was due",
            latencies(live.expected, came, "cut", since_decided=True),
        ),
        ("interim: after the last sample it holds", interim_latencies(came)),
        ("chunks sent late, by this program", live.late_ms),
    )
    return Table(
        "Label latency at the client, ms",
        (Column("what"), *COLUMNS),
        [(name, *distribution(values)) for name, values in rows],
        (
            "Counted from when a sample was due at the microphone, not from when it was sent; a "
            "chunk is sent when its last sample is due, so that waiting is counted as well. What "
            "the end of the session cut short is left out.",
        ),
    )


def delivery_table(live: Live, verdicts: Differences, utterances: Differences) -> Table:
    """What had to come and what came, and which verdicts these were."""
    seen = Counter(arrival.verdict for arrival in live.received.finals)
    warned = Counter(live.received.warnings)
    names = ("due", "lost", "twice", "unexpected", "changed")
    return Table(
        "Delivery",
        (Column("what"), *(Column(name) for name in names)),
        [
            ("final verdicts", len(live.expected.verdicts), *verdicts),
            ("utterances, discarded ones with them", len(live.expected.utterances), *utterances),
        ],
        (
            "Due is what a segmenter here makes of the same audio; changed are other times. "
            f"Final verdicts: {_counts(seen)}. Warnings: {_counts(warned)}.",
        ),
    )


def cost_table(
    usage: Usage | None, lag: Buckets | None, audio_ms: int, speech_ms: int | None
) -> Table:
    """What the session cost the server; nothing where that is out of reach."""
    rows: list[tuple[Cell, ...]] = []
    if usage and usage.memory:
        rows += [
            ("CPU, s", usage.cpu_s),
            ("CPU a minute of audio, s", _per_minute(usage.cpu_s, audio_ms)),
            ("CPU a minute of speech, s", _per_minute(usage.cpu_s, speech_ms)),
            ("resident memory at the start, MiB", usage.memory[0].kib / 1024),
            ("resident memory at the end, MiB", usage.memory[-1].kib / 1024),
            ("most resident memory, MiB", max(point.kib for point in usage.memory) / 1024),
            (f"growth after {WARM_S:g} s, KiB a minute", growth(usage.memory)),
        ]
    if lag:
        rows += [
            ("lateness of the event loop, p50 at most, ms", _ms(at_most(lag, 0.5))),
            ("lateness of the event loop, p99 at most, ms", _ms(at_most(lag, 0.99))),
            ("of so many looks", int(lag[math.inf])),
        ]
    notes = ["CPU and memory are the server process's alone."] if usage else []
    if usage and growth(usage.memory) is None:
        notes.append("Growth needs three looks after the first minute: a session of 90 s or more.")
    if lag:
        notes.append("The event loop's figures are the bounds of the server's own histogram.")
    if not rows:
        notes.append("Out of reach: --pid gives CPU and memory, --metrics-url the event loop.")
    return Table("The server", (Column("what"), Column("value", ".2f")), rows, notes)


def _counts(seen: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in seen.most_common()) or "none"


def _per_minute(cpu_s: float, ms: int | None) -> float | None:
    return cpu_s * 60_000 / ms if ms else None


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else seconds * 1000
