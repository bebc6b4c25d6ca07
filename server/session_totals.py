"""What a session amounts to."""

from __future__ import annotations

from dataclasses import dataclass

from server.protocol import SessionClosed
from vad import Segment, SpeechDiscarded, SpeechEvent, SpeechStarted


@dataclass(slots=True)
class SessionTotals:
    """Counts what was heard. What turned out to be no speech is no utterance.

    Attributes:
        speech_ms: in final segments.
        utterances: begun and not discarded.
        segments: final ones.
    """

    speech_ms: int = 0
    utterances: int = 0
    segments: int = 0

    def count(self, event: SpeechEvent) -> None:
        """Count what an event tells."""
        match event:
            case SpeechStarted():
                self.utterances += 1
            case SpeechDiscarded():
                self.utterances -= 1
            case Segment(final=True):
                self.segments += 1
                self.speech_ms += event.end_ms - event.start_ms

    def closed(self, reason: str, audio_ms: int) -> SessionClosed:
        """The last message of the session."""
        return SessionClosed(
            reason=reason,
            audio_ms=audio_ms,
            speech_ms=self.speech_ms,
            utterances=self.utterances,
            segments=self.segments,
        )
