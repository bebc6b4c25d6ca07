"""What a client is told of one segment."""

from __future__ import annotations

from classifier import Verdict
from server.protocol import Emotion, ModelInfo, Reason
from vad import Segment


def session_answer(segment: Segment, verdict: Verdict | None, model: ModelInfo) -> Emotion:
    """The message on a segment.

    Args:
        segment: what was classified, or should have been.
        verdict: None where there was no time for one; that is answered ``overloaded``, with
            nothing to choose between the labels.
        model: the one in force; a verdict names the one it comes from.
    """
    share = 1 / len(model.labels)
    reason = verdict.reason if verdict else Reason.OVERLOADED
    return Emotion(
        utterance_id=segment.utterance_ms,
        segment=segment.index,
        final=segment.final,
        start_ms=segment.start_ms,
        end_ms=segment.end_ms,
        label=verdict.label if verdict else None,
        reason=Reason(reason) if reason else None,
        confidence=verdict.confidence if verdict else share,
        scores=verdict.scores if verdict else dict.fromkeys(model.labels, share),
        model=verdict.model if verdict else model.version,
    )
