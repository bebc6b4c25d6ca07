"""Voice activity against a reference, in frames of 10 ms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from bench.rttm import Span, merge

FRAME_MS: Final = 10
COLLAR_MS: Final = 250
"""Time on either side of each border of the reference in which nothing is held against anybody:
people place borders no more exactly (NIST's scoring of diarisation does the same)."""

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of frames; the sum of two scores is the score of both recordings.

    Attributes:
        speech: frames in which somebody speaks, by the reference.
        other: frames in which nobody does.
        found: of ``speech``, those taken.
        false: of ``other``, those taken: the sum of the next four.
        lead_in: before the first speech of an utterance: pre-roll, or a noise before a word.
        pauses: between the first and the last speech of an utterance.
        run_out: after the last speech of an utterance.
        alone: in utterances without any speech.
        strict_speech: ``speech`` outside the collar.
        strict_other: ``other`` outside the collar.
        strict_missed: not taken, of ``strict_speech``.
        strict_false: taken, of ``strict_other``.
        utterances: how many were cut.
        utterances_alone: of those, the ones without any speech.
    """

    speech: int = 0
    other: int = 0
    found: int = 0
    false: int = 0
    lead_in: int = 0
    pauses: int = 0
    run_out: int = 0
    alone: int = 0
    strict_speech: int = 0
    strict_other: int = 0
    strict_missed: int = 0
    strict_false: int = 0
    utterances: int = 0
    utterances_alone: int = 0

    @property
    def missed(self) -> int:
        """Of ``speech``, the frames not taken."""
        return self.speech - self.found

    def __add__(self, more: Score) -> Score:
        return Score(*(a + b for a, b in zip(astuple(self), astuple(more), strict=True)))


def score(reference: Iterable[Span], taken: Sequence[Span], length_ms: float) -> Score:
    """How well the utterances that were cut fit the speech there was.

    A frame counts as what holds at its middle; a frame that the recording ends in is not scored.

    Args:
        reference: when anybody speaks, ms.
        taken: the utterances, ms; they do not overlap.
        length_ms: of the recording.
    """
    speech_spans = merge(reference)
    count = int(length_ms // FRAME_MS)
    speech, hit = mask(speech_spans, count), mask(taken, count)
    borders = [(at - COLLAR_MS, at + COLLAR_MS) for span in speech_spans for at in span]
    strict = ~mask(borders, count)
    parts = sum((_false_parts(speech, span) for span in taken), np.zeros(4, np.int64))
    lead_in, pauses, run_out, alone = parts.tolist()
    return Score(
        speech=_count(speech),
        other=_count(~speech),
        found=_count(speech & hit),
        false=_count(~speech & hit),
        lead_in=lead_in,
        pauses=pauses,
        run_out=run_out,
        alone=alone,
        strict_speech=_count(speech & strict),
        strict_other=_count(~speech & strict),
        strict_missed=_count(speech & ~hit & strict),
        strict_false=_count(~speech & hit & strict),
        utterances=len(taken),
        utterances_alone=sum(not (speech & mask([span], count)).any() for span in taken),
    )


def mask(spans: Iterable[Span], count: int) -> Mask:
    """The frames whose middle lies in one of the spans, bool of shape ``(count,)``."""
    frames = np.zeros(count, np.bool_)
    for start, end in spans:
        frames[_first(start) : _first(end)] = True
    return frames


def _first(ms: float) -> int:
    """The first frame whose middle is not before this moment."""
    return max(0, int(np.ceil(ms / FRAME_MS - 0.5)))


def _false_parts(speech: Mask, span: Span) -> npt.NDArray[np.int64]:
    """Frames of one utterance without speech: lead-in, pauses, run-out, or all of them alone."""
    inside = speech[_first(span[0]) : _first(span[1])]
    where = np.flatnonzero(inside)
    if not where.size:
        return np.array([0, 0, 0, inside.size])
    first, last = int(where[0]), int(where[-1])
    return np.array([first, last + 1 - first - where.size, inside.size - 1 - last, 0])


def _count(frames: Mask) -> int:
    return int(np.count_nonzero(frames))
