"""What a session received against what it had to: nothing lost, nothing twice, and how late."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from bench.expectation import Cause, Due, Expectation, Key

K = TypeVar("K", bound=Hashable)


class Arrival(NamedTuple):
    """A verdict that came.

    Attributes:
        at_ms: when, since the first sample of the stream was due.
        key: of its segment.
        final: False for an interim one.
        start_ms: of its segment.
        end_ms: of its segment.
        verdict: the label, or the reason why there is none.
    """

    at_ms: float
    key: Key
    final: bool
    start_ms: int
    end_ms: int
    verdict: str


class Ending(NamedTuple):
    """The end of an utterance that came."""

    start_ms: int
    end_ms: int
    discarded: bool


@dataclass(slots=True)
class Received:
    """Everything that came, in order; of warnings the codes."""

    arrivals: list[Arrival] = field(default_factory=list)
    endings: list[Ending] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def finals(self) -> list[Arrival]:
        """The final verdicts."""
        return [arrival for arrival in self.arrivals if arrival.final]


class Differences(NamedTuple):
    """How what came differs from what had to come; all 0 if all is well."""

    lost: int
    twice: int
    unexpected: int
    changed: int

    def complaints(self, what: str) -> list[str]:
        """One line for each kind, for people."""
        return [f"{count} {what} {kind}" for kind, count in self._asdict().items() if count]


def verdict_differences(expected: Expectation, received: Received) -> Differences:
    """Of the final verdicts; changed are those on a segment with other times."""
    had_to = {key: (due.start_ms, due.end_ms) for key, due in expected.verdicts.items()}
    return _differences(had_to, [(a.key, (a.start_ms, a.end_ms)) for a in received.finals])


def utterance_differences(expected: Expectation, received: Received) -> Differences:
    """Of the ends of utterances; changed are those with another end or another fate."""
    came = [(e.start_ms, (e.end_ms, e.discarded)) for e in received.endings]
    return _differences(expected.utterances, came)


def latencies(
    expected: Expectation, arrivals: Iterable[Arrival], ended: Cause, *, since_decided: bool
) -> list[float]:
    """How late the final verdicts were, ms, counted from when the audio was due.

    Counting from when it was sent would leave out the time in which the sender itself was held up
    ("coordinated omission", G. Tene). Verdicts that were not expected have no such moment.

    Args:
        expected: which knows the moments.
        arrivals: what came.
        ended: of the segments that this ended.
        since_decided: from when the last audio was due that the server needed to know the end of
            the segment; else from when the segment's last sample was due.
    """
    pairs = ((a.at_ms, expected.verdicts.get(a.key)) for a in arrivals if a.final)
    return [
        at_ms - _moment(due, since_decided=since_decided)
        for at_ms, due in pairs
        if due is not None and due.ended == ended
    ]


def interim_latencies(arrivals: Iterable[Arrival]) -> list[float]:
    """How late the interim verdicts were after the last sample they hold was due, ms."""
    return [a.at_ms - a.end_ms for a in arrivals if not a.final]


def _moment(due: Due, *, since_decided: bool) -> int:
    return due.decided_ms if since_decided else due.end_ms


def _differences(had_to: Mapping[K, object], came: Sequence[tuple[K, object]]) -> Differences:
    counts = Counter(key for key, _ in came)
    return Differences(
        lost=len(had_to.keys() - counts.keys()),
        twice=sum(count - 1 for count in counts.values()),
        unexpected=len(counts.keys() - had_to.keys()),
        changed=sum(key in had_to and had_to[key] != value for key, value in came),
    )
