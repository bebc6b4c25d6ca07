"""Praat's TextGrid, the long text format, letter for letter as Praat saves it in UTF-8."""

from __future__ import annotations

from collections.abc import Iterator

from annotation.annotation import Annotation
from annotation.notation import seconds
from annotation.tiers import Interval, Tier, tiers

SHORTEST_MS = 1
"""Praat knows no recording without length."""


def write(annotation: Annotation) -> str:
    """A tier for each level; between the segments stand intervals without a text."""
    end_ms = max(annotation.audio_ms, SHORTEST_MS)
    levels = tiers(annotation)
    lines = [
        'File type = "ooTextFile"',
        'Object class = "TextGrid"',
        "",
        "xmin = 0 ",
        f"xmax = {seconds(end_ms)} ",
        "tiers? <exists> ",
        f"size = {len(levels)} ",
        "item []: ",
    ]
    for number, tier in enumerate(levels, 1):
        lines += _tier(number, tier, end_ms)
    return "\n".join([*lines, ""])


def _tier(number: int, tier: Tier, end_ms: int) -> list[str]:
    intervals = list(_without_gaps(tier.intervals, end_ms))
    lines = [
        f"    item [{number}]:",
        '        class = "IntervalTier" ',
        f'        name = "{tier.name}" ',
        "        xmin = 0 ",
        f"        xmax = {seconds(end_ms)} ",
        f"        intervals: size = {len(intervals)} ",
    ]
    for place, interval in enumerate(intervals, 1):
        text = interval.text.replace('"', '""')
        lines += [
            f"        intervals [{place}]:",
            f"            xmin = {seconds(interval.start_ms)} ",
            f"            xmax = {seconds(interval.end_ms)} ",
            f'            text = "{text}" ',
        ]
    return lines


def _without_gaps(intervals: tuple[Interval, ...], end_ms: int) -> Iterator[Interval]:
    """An interval tier covers its time without a gap."""
    at = 0
    for interval in intervals:
        if interval.start_ms > at:
            yield Interval(at, interval.start_ms, "")
        yield interval
        at = interval.end_ms
    if at < end_ms:
        yield Interval(at, end_ms, "")
