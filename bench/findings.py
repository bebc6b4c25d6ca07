"""What a fuzzer finds: inputs after which something went wrong."""

from __future__ import annotations

import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

HANG_S: Final = 1.0
SHOWN: Final = 200
"""Bytes of an input that are shown; the seed gives it again."""


class Fault(StrEnum):
    """What went wrong."""

    TRACEBACK = "traceback"
    HANG = "hang"
    CRASH = "crash"
    LAW = "law"
    """What came of it contradicts what is promised."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One input after which something went wrong.

    Attributes:
        target: what was fed.
        fault: what went wrong.
        sent: the input.
        text: what is known of it.
    """

    target: str
    fault: Fault
    sent: bytes
    text: str

    def __str__(self) -> str:
        shown = self.sent[:SHOWN]
        return f"{self.target}, {self.fault}: {self.text.strip().splitlines()[-1]} after {shown!r}"


class LawError(Exception):
    """What came of an input contradicts what is promised."""


@dataclass(slots=True)
class Findings:
    """What is counted while inputs are fed.

    Attributes:
        inputs: how many, by target.
        faults: what was found.
        slowest_s: the longest time of one input, by target.
        outcomes: what became of the inputs, by target.
    """

    inputs: Counter[str] = field(default_factory=Counter)
    faults: list[Finding] = field(default_factory=list)
    slowest_s: dict[str, float] = field(default_factory=dict)
    outcomes: dict[str, Counter[str]] = field(default_factory=dict)

    def feed(self, target: str, sent: bytes, work: Callable[[], str]) -> None:
        """Feed one input, and note what comes of it.

        Args:
            target: what is fed.
            sent: the input, to be shown.
            work: feeds it; returns what became of it in a word.
        """
        began = time.process_time()
        try:
            outcome = work()
        except LawError as error:
            outcome = Fault.LAW
            self.faults.append(Finding(target, Fault.LAW, sent, str(error)))
        except Exception:
            outcome = Fault.TRACEBACK
            self.faults.append(Finding(target, Fault.TRACEBACK, sent, traceback.format_exc()))
        self.note(target, sent, outcome, time.process_time() - began)

    def note(self, target: str, sent: bytes, outcome: str, seconds: float) -> None:
        """Note an input that was fed elsewhere."""
        self.inputs[target] += 1
        self.outcomes.setdefault(target, Counter())[outcome] += 1
        self.slowest_s[target] = max(self.slowest_s.get(target, 0.0), seconds)
        if seconds > HANG_S:
            self.faults.append(Finding(target, Fault.HANG, sent, f"it took {seconds:.1f} s"))

    def count(self, target: str, fault: Fault) -> int:
        """How many of one kind."""
        return sum(one.target == target and one.fault is fault for one in self.faults)

    def add(self, others: Findings) -> None:
        """Take over what was found elsewhere."""
        self.inputs.update(others.inputs)
        self.faults += others.faults
        for target, outcomes in others.outcomes.items():
            self.outcomes.setdefault(target, Counter()).update(outcomes)
        for target, seconds in others.slowest_s.items():
            self.slowest_s[target] = max(seconds, self.slowest_s.get(target, 0.0))
