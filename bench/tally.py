"""What came of many sessions at once, counted together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from bench.delivery import (
    Differences,
    interim_latencies,
    latencies,
    utterance_differences,
    verdict_differences,
)
from bench.expectation import Due, Expectation
from bench.live import Live

OVERLOADED: Final = "overloaded"
NONE: Final = Differences(0, 0, 0, 0)


@dataclass(slots=True)
class Tally:
    """Figures of many sessions. Latencies, ms, are of what was due while all of them spoke.

    Attributes:
        sessions: how many there were.
        label_ms: final verdicts, after the moment at which they could be known.
        added_ms: the same, after the chunk that holds that moment was due: without the time in
            which the audio was not to be sent yet.
        interim_ms: interim verdicts, after the last sample they hold.
        late_ms: how late chunks were sent, by the program that measures.
        due: final verdicts that had to come, in all of the time as the counts that follow.
        verdicts: how those that came differ.
        utterances: how the ends of utterances differ.
        overloaded: final verdicts for which the server had no time.
        speech_ms: of all sessions together, while all of them spoke.
        seen: final verdicts by label or reason.
        failures: why sessions did not begin, or ended early.
    """

    sessions: int = 0
    label_ms: list[float] = field(default_factory=list)
    added_ms: list[float] = field(default_factory=list)
    interim_ms: list[float] = field(default_factory=list)
    late_ms: list[float] = field(default_factory=list)
    due: int = 0
    verdicts: Differences = NONE
    utterances: Differences = NONE
    overloaded: int = 0
    speech_ms: float = 0.0
    seen: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def add(self, live: Live, chunk_ms: int, from_ms: float, until_ms: float) -> None:
        """Count a session that has ended.

        Args:
            live: all of it.
            chunk_ms: audio in one message.
            from_ms: when all others spoke as well, from its beginning.
            until_ms: until when they did.
        """
        arrivals = live.received.arrivals
        known = _between(live.expected, from_ms, until_ms)
        chunked = _at_chunk_ends(known, chunk_ms)
        for ended in ("pause", "cut"):
            self.label_ms += latencies(known, arrivals, ended, since_decided=True)
            self.added_ms += latencies(chunked, arrivals, ended, since_decided=True)
        self.interim_ms += interim_latencies(a for a in arrivals if from_ms <= a.end_ms < until_ms)
        first, last = (round(at_ms / chunk_ms) for at_ms in (from_ms, until_ms))
        self.late_ms += live.late_ms[max(0, first) : max(0, last)]
        self.sessions += 1
        self.due += len(live.expected.verdicts)
        self.verdicts = _sum(self.verdicts, verdict_differences(live.expected, live.received))
        self.utterances = _sum(self.utterances, utterance_differences(live.expected, live.received))
        self.speech_ms += _speech_ms(live.expected, from_ms, until_ms)
        self.seen.update(arrival.verdict for arrival in live.received.finals)
        self.overloaded = self.seen[OVERLOADED]
        if live.failure:
            self.failures.append(live.failure)

    def complaints(self) -> list[str]:
        """What may not happen and did, for people."""
        ended = Counter(self.failures).most_common(3)
        return [
            *(f"{count} sessions failed: {why}" for why, count in ended),
            *self.verdicts.complaints("verdicts"),
            *self.utterances.complaints("utterances"),
        ]


def total(tallies: Iterable[Tally]) -> Tally:
    """Several counted together."""
    whole = Tally()
    for one in tallies:
        whole.sessions += one.sessions
        whole.label_ms += one.label_ms
        whole.added_ms += one.added_ms
        whole.interim_ms += one.interim_ms
        whole.late_ms += one.late_ms
        whole.due += one.due
        whole.verdicts = _sum(whole.verdicts, one.verdicts)
        whole.utterances = _sum(whole.utterances, one.utterances)
        whole.overloaded += one.overloaded
        whole.speech_ms += one.speech_ms
        whole.seen += one.seen
        whole.failures += one.failures
    return whole


def _between(expected: Expectation, from_ms: float, until_ms: float) -> Expectation:
    return Expectation(
        {key: due for key, due in expected.verdicts.items() if from_ms <= due.decided_ms < until_ms}
    )


def _speech_ms(expected: Expectation, from_ms: float, until_ms: float) -> float:
    spans = ((due.start_ms, due.end_ms) for due in expected.verdicts.values())
    return sum(max(0.0, min(end, until_ms) - max(start, from_ms)) for start, end in spans)


def _at_chunk_ends(expected: Expectation, chunk_ms: int) -> Expectation:
    def later(due: Due) -> Due:
        return due._replace(decided_ms=-(-due.decided_ms // chunk_ms) * chunk_ms)

    return Expectation({key: later(due) for key, due in expected.verdicts.items()})


def _sum(one: Differences, other: Differences) -> Differences:
    return Differences(*(a + b for a, b in zip(one, other, strict=True)))
