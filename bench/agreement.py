"""Whether two hearings of the same sound give the same: segments found, verdicts, scores."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np


class Heard(NamedTuple):
    """A final segment and what was said of it.

    Attributes:
        start_ms: where it begins.
        end_ms: where it ends.
        label: the emotion, None where there is none.
        reason: why there is none, else None.
        scores: of each emotion, sum 1; empty where the model was not asked.
    """

    start_ms: int
    end_ms: int
    label: str | None
    reason: str | None
    scores: dict[str, float]

    @classmethod
    def of(cls, answer: dict[str, Any]) -> Heard:
        """From an ``emotion`` message, or a segment as ``vivavoz classify --json`` has it."""
        return cls(*(answer[name] for name in cls._fields))

    @property
    def verdict(self) -> str:
        """The label, else the reason."""
        return self.label or self.reason or "none"

    @property
    def lead(self) -> str | None:
        """The emotion with the highest score."""
        return max(self.scores, key=self.scores.__getitem__, default=None)


class Pair(NamedTuple):
    """The same segment, heard twice."""

    one: Heard
    other: Heard

    @property
    def start_apart_ms(self) -> int:
        """How much later the other begins."""
        return self.other.start_ms - self.one.start_ms

    @property
    def end_apart_ms(self) -> int:
        """How much later the other ends."""
        return self.other.end_ms - self.one.end_ms

    @property
    def contradicts(self) -> bool:
        """Whether each has a label, and another one."""
        return None not in (self.one.label, self.other.label) and self.one.label != self.other.label

    @property
    def scores_apart(self) -> float:
        """The largest difference of a score, 0 to 1."""
        names = self.one.scores.keys() | self.other.scores.keys()
        return max(
            (abs(self.one.scores.get(n, 0.0) - self.other.scores.get(n, 0.0)) for n in names),
            default=0.0,
        )


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two hearings, side by side.

    Attributes:
        pairs: segments that both found, in order.
        only_one: those that only the first found.
        only_other: those that only the second found.
    """

    pairs: Sequence[Pair]
    only_one: Sequence[Heard]
    only_other: Sequence[Heard]

    @property
    def same_verdict(self) -> int:
        """Pairs with the same label, or none for the same reason."""
        return sum(pair.one.verdict == pair.other.verdict for pair in self.pairs)

    @property
    def same_lead(self) -> int:
        """Pairs with the same likeliest emotion, shown or not."""
        return sum(pair.one.lead == pair.other.lead for pair in self.pairs)

    @property
    def contradictions(self) -> int:
        """Pairs with two labels."""
        return sum(pair.contradicts for pair in self.pairs)

    @property
    def offset_ms(self) -> int:
        """How much later the second clock shows the same: the median over all begins and ends."""
        times = [ms for pair in self.pairs for ms in (pair.start_apart_ms, pair.end_apart_ms)]
        return round(float(np.median(times))) if times else 0

    @property
    def times_apart_ms(self) -> int:
        """The largest difference of a begin or an end, besides `offset_ms`."""
        return max((self.apart_ms(pair) for pair in self.pairs), default=0)

    def apart_ms(self, pair: Pair) -> int:
        """How far begin or end of a pair lie apart at most, besides `offset_ms`."""
        return max(abs(ms - self.offset_ms) for ms in (pair.start_apart_ms, pair.end_apart_ms))

    @property
    def scores_apart(self) -> tuple[float, float] | None:
        """Mean and largest of `Pair.scores_apart`; None without pairs."""
        each = [pair.scores_apart for pair in self.pairs]
        return (float(np.mean(each)), max(each)) if each else None


def compare(ones: Iterable[Heard], others: Iterable[Heard]) -> Agreement:
    """Pair segments that share most of their time, each with one at most.

    Two segments are the same where the time that they share is more than half of the longer one:
    no segment has two partners then.
    """
    left = sorted(others)
    pairs, only_one = [], []
    for one in sorted(ones):
        partner = next((other for other in left if _is_same(one, other)), None)
        if partner is None:
            only_one.append(one)
        else:
            left.remove(partner)
            pairs.append(Pair(one, partner))
    return Agreement(pairs, only_one, left)


def _is_same(one: Heard, other: Heard) -> bool:
    shared = min(one.end_ms, other.end_ms) - max(one.start_ms, other.start_ms)
    return 2 * shared > max(one.end_ms - one.start_ms, other.end_ms - other.start_ms)
