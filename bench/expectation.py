"""What a server has to answer to a recording, and the first moment at which it can."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

from bench.recordings import RATE, Pcm
from client_python import chunks
from vad import Segment, Segmenter, SpeechDiscarded, SpeechEnded, SpeechEvent, VadSettings

Key: TypeAlias = tuple[int, int]
"""Utterance (its start, ms) and number of the segment within it."""

Cause: TypeAlias = Literal["pause", "cut", "stop"]


class Due(NamedTuple):
    """A final verdict that has to come.

    Attributes:
        start_ms: of its segment.
        end_ms: of its segment: the last speech sample where a pause ended it.
        decided_ms: how much of the stream it takes to know where the segment ends.
        ended: what ended it: a pause, the cut at the maximum length, or the end of the stream.
    """

    start_ms: int
    end_ms: int
    decided_ms: int
    ended: Cause


@dataclass(slots=True)
class Expectation:
    """What has to come.

    Attributes:
        verdicts: the final ones.
        utterances: the end of each, ms, and whether it is discarded, by its start.
    """

    verdicts: dict[Key, Due] = field(default_factory=dict)
    utterances: dict[int, tuple[int, bool]] = field(default_factory=dict)


def expect(pcm: Pcm, settings: VadSettings) -> Expectation:
    """Cut a recording here as the server does: the same audio gives the same segments.

    Args:
        pcm: at `RATE`, so that nothing is resampled.
        settings: those in force in the session.
    """
    segmenter = Segmenter(RATE, settings)
    expected = Expectation()
    for frame in chunks(pcm.tobytes(), RATE, 20):
        _take(expected, segmenter.push(frame), segmenter.position_ms, "pause")
    _take(expected, segmenter.flush(), segmenter.position_ms, "stop")
    return expected


def _take(
    expected: Expectation, events: Sequence[SpeechEvent], position_ms: int, by: Cause
) -> None:
    ended = by if any(isinstance(event, SpeechEnded) for event in events) else "cut"
    for event in events:
        if isinstance(event, Segment):
            key = (event.utterance_ms, event.index)
            expected.verdicts[key] = Due(event.start_ms, event.end_ms, position_ms, ended)
        elif isinstance(event, SpeechEnded | SpeechDiscarded):
            is_discarded = isinstance(event, SpeechDiscarded)
            expected.utterances[event.start_ms] = (event.end_ms, is_discarded)
