from __future__ import annotations

import pytest

from bench.delivery import Arrival, Ending, Received
from bench.expectation import Due, Expectation
from bench.live import Live
from bench.tally import Tally, total
from vad import VadSettings


def live(*arrivals: Arrival, failure: str | None = None) -> Live:
    expected = Expectation(
        {
            (0, 0): Due(0, 500, 910, "pause"),
            (2000, 0): Due(2000, 3000, 3420, "pause"),
            (4000, 0): Due(4000, 9000, 9500, "cut"),
        },
        {0: (900, False), 2000: (3400, False)},
    )
    endings = [Ending(0, 900, False), Ending(2000, 3400, False)]
    late = [float(i) for i in range(100)]
    received = Received(list(arrivals), endings)
    return Live("m 1", VadSettings(), expected, received, late, failure=failure)


WELL = (
    Arrival(1000, (0, 0), True, 0, 500, "sad"),
    Arrival(2500, (2000, 0), False, 2000, 2460, "sad"),
    Arrival(3530, (2000, 0), True, 2000, 3000, "overloaded"),
    Arrival(9600, (4000, 0), True, 4000, 9000, "happy"),
)


def test_latencies_count_while_all_spoke_and_losses_always() -> None:
    tally = Tally()
    tally.add(live(*WELL), 100, 2000, 9600)
    assert tally.label_ms == [110, 100]  # not the first, decided before
    later = Tally()
    later.add(live(*WELL), 100, 3100, 9600)
    assert later.label_ms == [110, 100]  # it counts when it was decided, not where it ended
    assert tally.added_ms == [30, 100]  # the chunk was due at 3500; the cut at a chunk's end
    assert tally.interim_ms == [40]
    assert (tally.late_ms[0], tally.late_ms[-1]) == (20, 95)
    assert tally.speech_ms == 6000
    assert (tally.sessions, tally.due, tally.overloaded) == (1, 3, 1)
    assert tally.complaints() == []


def test_what_may_not_happen_is_told() -> None:
    tally = Tally()
    tally.add(live(WELL[0], WELL[0], failure="gone"), 100, 0, 10_000)
    tally.add(live(*WELL, failure="gone"), 100, 0, 10_000)
    assert tally.complaints() == ["2 sessions failed: gone", "2 verdicts lost", "1 verdicts twice"]


def test_several_are_counted_together() -> None:
    one, other = Tally(), Tally()
    for tally in (one, other):
        tally.add(live(*WELL[1:], failure="gone"), 100, 0, 10_000)
    both = total([one, other])
    assert both.sessions == 2
    assert both.label_ms == one.label_ms * 2
    assert both.added_ms == one.added_ms * 2
    assert both.interim_ms == one.interim_ms * 2
    assert both.late_ms == one.late_ms * 2
    assert both.verdicts.lost == both.overloaded == 2
    assert both.due == 6
    assert both.seen == {"overloaded": 2, "happy": 2}
    assert both.speech_ms == pytest.approx(2 * one.speech_ms)
    assert both.failures == ["gone", "gone"]
