"""WebVTT, https://www.w3.org/TR/webvtt1/: a caption for each segment, to play with the sound."""

from __future__ import annotations

import html

from annotation.annotation import About, Segment
from annotation.notation import moment, one_line, remark, share


def begin(about: About) -> str:
    """The file's signature, and a note of where it comes from."""
    return (
        "WEBVTT - how a voice sounds\n\n"
        "NOTE\n"
        f"source: {_escape(about.source)}\n"
        f"made: {moment(about.made_at)} by vivavoz, model {_escape(about.model)}\n"
    )


def row(about: About, segment: Segment) -> str:
    """One cue: label and confidence, or in brackets why there is no label; below, what a person
    said of it.
    """
    del about
    word = _escape(segment.word)
    sure = share(segment.confidence, 2)
    lines = [f"{word} {sure}" if segment.label else f"[{word}]"]
    said = _escape(remark(segment.correction, segment.note))
    if said:
        lines.append(said)
    times = f"{_clock(segment.start_ms)} --> {_clock(segment.end_ms)}"
    return "\n".join(["", times, *lines, ""])


def _escape(text: str) -> str:
    """With ``>`` escaped, no text can hold the arrow that stands between times."""
    return html.escape(one_line(text), quote=False)


def _clock(ms: int) -> str:
    rest, thousandths = divmod(ms, 1000)
    minutes, seconds = divmod(rest, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}.{thousandths:03}"
