"""The JSON document: what ``vivavoz classify --json`` and ``POST /v1/classify`` give, and more."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Final

from annotation.annotation import Annotation, Segment
from annotation.notation import moment

HALF_PAIRS: Final = re.compile("[\ud800-\udfff]")
"""They have no UTF-8, so they are escaped."""


def write(annotation: Annotation) -> str:
    """The whole annotation; numbers and texts as they are, nothing rounded, nothing cleaned."""
    about = annotation.about
    document = {
        "source": about.source,
        "made_at": moment(about.made_at),
        "labels": about.labels,
        "audio_ms": annotation.audio_ms,
        "model": about.model,
        "utterances": [_utterance(segments) for segments in annotation.utterances],
    }
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    return HALF_PAIRS.sub(lambda half: f"\\u{ord(half[0]):04x}", text)


def _utterance(segments: Sequence[Segment]) -> dict[str, object]:
    return {
        "start_ms": segments[0].start_ms,
        "end_ms": segments[-1].end_ms,
        "segments": [_segment(segment) for segment in segments],
    }


def _segment(segment: Segment) -> dict[str, object]:
    return {
        "start_ms": segment.start_ms,
        "end_ms": segment.end_ms,
        "label": segment.label,
        "reason": segment.reason,
        "confidence": segment.confidence,
        "scores": dict(segment.scores),
        "model": segment.model,
        "correction": segment.correction,
        "note": segment.note,
    }
