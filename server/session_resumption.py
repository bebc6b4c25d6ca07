"""What a resumed session owes to a client that another connection has told something."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from server.protocol import Message, Notice, Resume, UtteranceEnded, UtteranceStarted, WarningCode

LOST: Final = "lost"
"""Why an utterance is discarded of which the sound did not come."""


class Resumption:
    """Where a session goes on, and what of it was told already.

    Args:
        resume: what the client says of it; None for a session that begins.

    Attributes:
        from_ms: where the audio begins.
        answered_ms: everything before was answered.
        growing: an utterance under way and the index of its next segment; see `Segmenter.go_on`.
    """

    def __init__(self, resume: Resume | None) -> None:
        self.from_ms = resume.from_ms if resume else 0
        answered = resume.answered_ms if resume else None
        self.answered_ms = self.from_ms if answered is None else answered
        self.growing = _growing(resume) if resume and not self._lost_ms else None
        self._cut_off = _growing(resume) if resume and self._lost_ms else None
        self._told = self.growing[0] if self.growing and not self.growing[1] else None

    @property
    def heard_again_ms(self) -> int:
        """Audio that comes before what is to be answered."""
        return max(0, self.answered_ms - self.from_ms)

    @property
    def _lost_ms(self) -> int:
        return max(0, self.from_ms - self.answered_ms)

    def greet(self) -> Iterator[Message]:
        """What is to be said at the start: a gap ends what was under way, and is told."""
        if self._cut_off:
            utterance, segments = self._cut_off
            yield UtteranceEnded(
                utterance_id=utterance,
                end_ms=self.answered_ms,
                discarded=None if segments else LOST,
            )
        if self._lost_ms:
            text = f"{self._lost_ms / 1000:.1f} s of sound did not arrive"
            yield Notice(code=WarningCode.GAP, message=text)

    def begin(self, start_ms: int) -> Iterator[Message]:
        """An utterance begins: to be told, unless it was told on the connection before."""
        told, self._told = self._told, None
        if told == start_ms:
            return
        yield from _never_was(told)
        yield UtteranceStarted(utterance_id=start_ms, start_ms=start_ms)

    def end(self) -> Iterator[Message]:
        """No utterance begins any more."""
        yield from _never_was(self._told)
        self._told = None


def _growing(resume: Resume) -> tuple[int, int] | None:
    if resume.utterance_id is None:
        return None
    return resume.utterance_id, resume.segment or 0


def _never_was(told: int | None) -> Iterator[Message]:
    """Take back an utterance that is not found again: too little of it was sent."""
    if told is not None:
        yield UtteranceEnded(utterance_id=told, end_ms=told, discarded=LOST)
