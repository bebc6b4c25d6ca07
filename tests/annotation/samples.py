"""Annotations for tests: one that is short, and any at all."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from annotation import About, Annotation, Segment
from annotation.eaf import REASONS

ABOUT = About(
    "talk.wav", datetime(2026, 11, 23, 5, 32, 21, tzinfo=UTC), "2026.11.22", ("happy", "sad")
)


def segment(start_ms: int, end_ms: int, **changes: Any) -> Segment:
    fields: dict[str, Any] = {
        "utterance_id": start_ms,
        "segment": 0,
        "start_ms": start_ms,
        "end_ms": end_ms,
        "label": "happy",
        "reason": None,
        "confidence": 0.81,
        "scores": {"happy": 0.81, "sad": 0.19},
        "model": "2026.11.22",
    }
    return Segment(**fields | changes)


def annotation(*segments: Segment, audio_ms: int = 10_000) -> Annotation:
    return Annotation(ABOUT, audio_ms, segments)


def _texts() -> st.SearchStrategy[str]:
    """What people type, and what nobody would."""
    nasty = st.sampled_from(['"', "\n", "\r\n", "\t", "-->", "<b>", "&amp;", ",", "\\", "\ud800"])
    more = st.sampled_from(
        ["\x00", "\x0b", "\x85", "\u2028", "\ufffe", "\ufeff", "é", "笑😀", "  "]
    )
    return st.lists(st.one_of(nasty, more, st.text(max_size=4)), max_size=5).map("".join)


_NAMES = st.from_regex(r"[A-Za-zéß笑_][\wé .&<>'\"-]{0,10}[\wé&<>]", fullmatch=True)
_SHARES = st.one_of(st.floats(0, 1), st.integers(0, 128).map(lambda eighth: eighth / 128))


@st.composite
def annotations(draw: st.DrawFn) -> Annotation:
    """Any annotation that a segmenter and a model can give, with anything said of it."""
    labels = tuple(draw(st.lists(_NAMES, min_size=1, max_size=4, unique=True)))
    at, utterance_id, number = 0, 0, 0
    segments: list[Segment] = []
    for _ in range(draw(st.integers(0, 5))):
        pause = draw(st.one_of(st.just(0), st.integers(0, 9_000_000)))
        start = at + pause
        is_cut = bool(segments) and pause == 0 and draw(st.booleans())
        utterance_id, number = (utterance_id, number + 1) if is_cut else (start, 0)
        at = start + draw(st.integers(1, 30_000))
        label = draw(st.none() | st.sampled_from(labels))
        segments.append(
            Segment(
                utterance_id=utterance_id,
                segment=number,
                start_ms=start,
                end_ms=at,
                label=label,
                reason=draw(st.sampled_from(REASONS)) if label is None else None,
                confidence=draw(_SHARES),
                scores={name: draw(_SHARES) for name in labels},
                model=draw(_texts()),
                correction=draw(st.none() | st.sampled_from([*labels, "no_speech"])),
                note=draw(st.none() | _texts()),
            )
        )
    about = About(draw(_texts()), ABOUT.made_at, draw(_texts()), labels)
    return Annotation(about, at + draw(st.integers(0, 5000)), tuple(segments))
