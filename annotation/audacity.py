"""Audacity's label track: seconds, a tab, seconds, a tab, the label; see "Importing and Exporting
Labels" in its manual.
"""

from __future__ import annotations

from annotation.annotation import About, Segment
from annotation.notation import remark


def begin(about: About) -> str:
    """Nothing: the format has no header."""
    del about
    return ""


def row(about: About, segment: Segment) -> str:
    """One label; what a person said of it stands behind it in brackets."""
    del about
    said = remark(segment.correction, segment.note)
    text = segment.word + (f" ({said})" if said else "")
    return f"{_seconds(segment.start_ms)}\t{_seconds(segment.end_ms)}\t{text}\n"


def _seconds(ms: int) -> str:
    """Six digits behind the point, as Audacity itself writes them."""
    return f"{ms // 1000}.{ms % 1000:03}000"
