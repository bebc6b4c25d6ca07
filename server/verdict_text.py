"""A verdict in words, on one line."""

from __future__ import annotations

from typing import Final, TypeAlias

from server.analysis import AnalysedSegment
from server.protocol import Emotion, Reason

WORDS: Final = {
    Reason.UNCERTAIN: "uncertain",
    Reason.TOO_SHORT: "too short to tell",
    Reason.TOO_NOISY: "too noisy to tell",
    Reason.NO_SPEECH: "no speech",
    Reason.CLIPPED: "too loud, the sound is distorted",
    Reason.OVERLOADED: "skipped, there was no time for it",
}


Judged: TypeAlias = Emotion | AnalysedSegment
"""A segment with its verdict, from a server or from a file."""


def verdict_line(segment: Judged) -> str:
    """When, and the label or why there is none.

    Examples:
        >>> fields = {"reason": None, "confidence": 0.81, "scores": {"sad": 0.81, "happy": 0.19}}
        >>> verdict_line(AnalysedSegment(start_ms=3200, end_ms=65140, label="sad", **fields))
        '[00:03.2–01:05.1] sad 0.81'
    """
    when = span(segment.start_ms, segment.end_ms)
    if segment.reason is None:
        return f"{when} {segment.label} {segment.confidence:.2f}"
    words = WORDS[segment.reason]
    if segment.reason is Reason.UNCERTAIN and segment.scores:
        likeliest = max(segment.scores, key=segment.scores.__getitem__)
        words += f", {likeliest} {segment.confidence:.2f} at most"
    return f"{when} – {words}"  # noqa: RUF001 - a dash is meant


def span(start_ms: int, end_ms: int | None) -> str:
    """From when to when, the end open while someone speaks."""
    return f"[{clock(start_ms)}–{'…' if end_ms is None else clock(end_ms)}]"  # noqa: RUF001 - from a to b


def clock(ms: int) -> str:
    """Minutes, seconds and tenths.

    Examples:
        >>> clock(3_661_450)
        '61:01.4'
    """
    tenths = ms // 100
    return f"{tenths // 600:02}:{tenths // 10 % 60:02}.{tenths % 10}"


def counted(count: int, thing: str) -> str:
    """A number of things.

    Examples:
        >>> counted(1, "utterance"), counted(2, "utterance")
        ('1 utterance', '2 utterances')
    """
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"
