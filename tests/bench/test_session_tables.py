from __future__ import annotations

import math

from bench.delivery import Arrival, Differences, Received
from bench.expectation import Due, Expectation
from bench.live import Live
from bench.resources import MemoryPoint, Usage
from bench.session_tables import cost_table, delivery_table, latency_table
from vad import VadSettings

WELL = Differences(0, 0, 0, 0)


def live() -> Live:
    due = {
        (0, 0): Due(0, 1000, 1400, "pause"),
        (2000, 0): Due(2000, 3000, 3400, "pause"),
        (4000, 0): Due(4000, 11000, 12000, "cut"),
    }
    arrivals = [
        Arrival(1420, (0, 0), True, 0, 1000, "sad"),
        Arrival(2900, (2000, 0), False, 2000, 2840, "sad"),
        Arrival(3480, (2000, 0), True, 2000, 3000, "uncertain"),
        Arrival(12030, (4000, 0), True, 4000, 11000, "sad"),
    ]
    received = Received(arrivals, warnings=["quiet", "quiet"])
    return Live("m 1", VadSettings(), Expectation(due), received, late_ms=[1.0, 7.0])


def test_latency() -> None:
    rows = {str(row[0]): tuple(row[1:]) for row in latency_table(live()).rows}
    assert list(rows.values()) == [
        (2, 420.0, 480.0, 480.0, 480.0),
        (2, 20.0, 80.0, 80.0, 80.0),
        (1, 30.0, 30.0, 30.0, 30.0),
        (1, 60.0, 60.0, 60.0, 60.0),
        (2, 1.0, 7.0, 7.0, 7.0),
    ]
    assert "the same, beyond the hangover of 400 ms" in rows


def test_delivery() -> None:
    table = delivery_table(live(), Differences(1, 2, 3, 4), WELL)
    assert [tuple(row)[1:] for row in table.rows] == [(3, 1, 2, 3, 4), (0, 0, 0, 0, 0)]
    assert "Final verdicts: sad 2, uncertain 1. Warnings: quiet 2." in table.notes[0]


def test_cost() -> None:
    memory = [MemoryPoint(at_s, 102_400 + at_s * 512) for at_s in range(0, 100, 10)]
    lag = {0.001: 60.0, 0.02: 99.0, math.inf: 100.0}
    table = cost_table(Usage(3.0, memory), lag, audio_ms=120_000, speech_ms=60_000)
    values = dict(row for row in table.rows)
    assert values == {
        "CPU, s": 3.0,
        "CPU a minute of audio, s": 1.5,
        "CPU a minute of speech, s": 3.0,
        "resident memory at the start, MiB": 100.0,
        "resident memory at the end, MiB": 145.0,
        "most resident memory, MiB": 145.0,
        "growth after 60 s, KiB a minute": values["growth after 60 s, KiB a minute"],
        "lateness of the event loop, p50 at most, ms": 1.0,
        "lateness of the event loop, p99 at most, ms": 20.0,
        "of so many looks": 100,
    }
    assert round(values["growth after 60 s, KiB a minute"]) == 30_720


def test_what_is_unknown_is_left_open() -> None:
    assert cost_table(None, None, 1000, None).rows == []
    table = cost_table(Usage(1.0, [MemoryPoint(0, 1.0)]), None, 60_000, None)
    assert ("CPU a minute of speech, s", None) in table.rows
    assert any("90 s" in note for note in table.notes)
