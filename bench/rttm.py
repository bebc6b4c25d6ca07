"""RTTM, the format in which diarisation corpora say who speaks when (NIST RT-09)."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import TypeAlias

from bench.errors import RecordingError, RttmError

Span: TypeAlias = tuple[float, float]
"""From and to, milliseconds."""


def read_rttm(path: Path) -> dict[str, list[Span]]:
    """When anybody speaks, by the name of the recording; overlapping turns are merged.

    Of a line ``SPEAKER file channel onset duration ...`` (seconds) these five fields are read;
    lines of other types, empty lines and comments (``;;``) are passed over.

    Raises:
        RttmError: naming the line.
        RecordingError: no such file.
    """
    turns: dict[str, list[Span]] = defaultdict(list)
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise RecordingError(f"{path} cannot be read: {error.strerror}") from None
    for number, line in enumerate(lines, start=1):
        fields = line.split()
        if not fields or fields[0] != "SPEAKER":
            continue
        try:
            start, duration = float(fields[3]), float(fields[4])
        except (IndexError, ValueError):
            start = duration = math.nan
        if not (start >= 0 and duration >= 0 and math.isfinite(start + duration)):
            raise RttmError(
                f"{path}:{number}: SPEAKER needs a file, a channel, an onset and a duration in "
                f"seconds, and has {' '.join(fields[1:5])!r}"
            )
        turns[fields[1]].append((start * 1000, (start + duration) * 1000))
    return {name: merge(spans) for name, spans in turns.items()}


def merge(spans: Iterable[Span]) -> list[Span]:
    """The same time as spans in order that neither overlap nor touch; empty ones are left out.

    Examples:
        >>> merge([(5, 9), (0, 2), (8, 12), (12, 13), (20, 20)])
        [(0, 2), (5, 13)]
    """
    merged: list[Span] = []
    for start, end in sorted(spans):
        if end <= start:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged
