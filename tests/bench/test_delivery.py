from __future__ import annotations

from bench.delivery import (
    Arrival,
    Differences,
    Ending,
    Received,
    interim_latencies,
    latencies,
    utterance_differences,
    verdict_differences,
)
from bench.expectation import Due, Expectation

EXPECTED = Expectation(
    verdicts={
        (200, 0): Due(200, 1000, 1400, "pause"),
        (3000, 0): Due(3000, 9000, 11000, "cut"),
        (3000, 1): Due(9000, 12000, 12400, "pause"),
        (14000, 0): Due(14000, 15000, 15100, "stop"),
    },
    utterances={
        200: (1000, False),
        2000: (2100, True),
        3000: (12000, False),
        14000: (15000, False),
    },
)


def arrival(at_ms: float, key: tuple[int, int], *, final: bool = True) -> Arrival:
    due = EXPECTED.verdicts[key]
    return Arrival(at_ms, key, final, due.start_ms, due.end_ms, "happy")


ALL = [
    Arrival(1290, (200, 0), False, 200, 1200, "uncertain"),
    arrival(1430, (200, 0)),
    arrival(11090, (3000, 0)),
    arrival(12900, (3000, 1)),
    arrival(15500, (14000, 0)),
]
ENDINGS = [Ending(start, *end) for start, end in EXPECTED.utterances.items()]


def test_all_is_well() -> None:
    received = Received(ALL, ENDINGS)
    assert verdict_differences(EXPECTED, received) == Differences(0, 0, 0, 0)
    assert utterance_differences(EXPECTED, received) == Differences(0, 0, 0, 0)
    assert verdict_differences(EXPECTED, received).complaints("verdicts") == []


def test_latency_counts_from_when_the_sample_was_due() -> None:
    assert latencies(EXPECTED, ALL, "pause", since_decided=False) == [430, 900]
    assert latencies(EXPECTED, ALL, "pause", since_decided=True) == [30, 500]
    assert latencies(EXPECTED, ALL, "cut", since_decided=True) == [90]
    assert latencies(EXPECTED, ALL, "stop", since_decided=True) == [400]
    assert interim_latencies(ALL) == [90]


def test_a_verdict_that_nobody_expects_has_no_latency() -> None:
    stray = Arrival(500, (77, 0), True, 77, 99, "sad")
    assert latencies(EXPECTED, [stray], "pause", since_decided=False) == []


def test_each_kind_of_difference_is_counted() -> None:
    arrivals = [
        arrival(1430, (200, 0)),
        arrival(1431, (200, 0)),
        arrival(11090, (3000, 0))._replace(end_ms=8980),
        arrival(12900, (3000, 1), final=False),  # an interim one is no answer
        arrival(15500, (14000, 0)),
        Arrival(16000, (77, 0), True, 77, 99, "sad"),
    ]
    differences = verdict_differences(EXPECTED, Received(arrivals))
    assert differences == Differences(lost=1, twice=1, unexpected=1, changed=1)
    assert differences.complaints("verdicts") == [
        "1 verdicts lost",
        "1 verdicts twice",
        "1 verdicts unexpected",
        "1 verdicts changed",
    ]


def test_utterances_are_told_apart_by_their_fate() -> None:
    endings = [ENDINGS[0], ENDINGS[1]._replace(discarded=False), ENDINGS[2], ENDINGS[2]]
    differences = utterance_differences(EXPECTED, Received([], endings))
    assert differences == Differences(lost=1, twice=1, unexpected=0, changed=1)
