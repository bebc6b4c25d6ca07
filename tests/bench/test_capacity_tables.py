from __future__ import annotations

import math

from bench.capacity_tables import (
    Knee,
    Promise,
    delivery_table,
    find_knee,
    knee_table,
    label_table,
    server_table,
)
from bench.delivery import Differences
from bench.load import Step
from bench.resources import MemoryPoint, Usage
from bench.tally import Tally

PROMISE = Promise(200)


def step(sessions: int, *label_ms: float, lost: int = 0, overloaded: int = 0) -> Step:
    tally = Tally(
        sessions=sessions,
        label_ms=list(label_ms),
        added_ms=[ms - 10 for ms in label_ms],
        interim_ms=[40.0],
        late_ms=[1.0, 3.0],
        due=9,
        verdicts=Differences(lost, 0, 0, 0),
        overloaded=overloaded,
        speech_ms=30_000,
    )
    usage = Usage(5.0, [MemoryPoint(0, 102_400), MemoryPoint(1, 204_800)])
    return Step("m 1", sessions, 10.0, tally, usage, 2.0, 1.0, {0.001: 60, 0.02: 99, math.inf: 99})


def test_a_promise() -> None:
    assert PROMISE.broken(step(1, 100, 200)) is None
    assert PROMISE.broken(step(1)) is None
    assert PROMISE.broken(step(1, 100, 201)) == "p95 201 ms"
    assert PROMISE.broken(step(1, 100, lost=2)) == "2 verdicts lost"
    assert PROMISE.broken(step(1, 100, overloaded=3)) == "3 labels overloaded"


def test_a_promise_on_what_is_added() -> None:
    assert Promise(200, added=True).broken(step(1, 210)) is None
    assert Promise(200, added=True).broken(step(1, 211)) == "p95 201 ms"


def test_the_knee_is_where_it_breaks_first() -> None:
    curve = [step(1, 50), step(10, 60), step(50, 300), step(100, 90)]
    assert find_knee(curve, PROMISE) == Knee(10, 50, "p95 300 ms")
    assert find_knee(curve[:2], PROMISE) == Knee(10, None, None)
    assert find_knee(curve[2:], PROMISE) == Knee(None, 50, "p95 300 ms")
    assert list(knee_table(curve, PROMISE).rows) == [
        ("beyond the hangover p95 at most 200 ms, none lost", 10, 50, "p95 300 ms"),
    ]


def test_latency() -> None:
    (row,) = label_table([step(7, 100, 300)], PROMISE).rows
    assert tuple(row) == (7, 2, 100, 300, 300, 300, 290, 1, 40, 40, "no")


def test_delivery() -> None:
    (row,) = delivery_table([step(7, lost=2, overloaded=3)]).rows
    assert tuple(row) == (7, 9, 2, 0, 0, 0, 3, 0)


def test_cost() -> None:
    (row,) = server_table([step(7)]).rows
    assert tuple(row) == (7, 0.5, 10.0, 200.0, 1.0, 20.0, 0.2, 1.0, 3.0, 0.1)
