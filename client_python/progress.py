"""What of a session's audio is answered: where another connection goes on. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from server.protocol import (
    Ack,
    Emotion,
    Resume,
    ServerMessage,
    SessionClosed,
    UtteranceEnded,
    UtteranceStarted,
)


@dataclass(slots=True)
class Progress:
    """Follows the server's messages. They come in the order of the audio, so each says that
    everything before its time is answered; an `Ack` says it where there was no speech.

    Attributes:
        answered_ms: everything before this point is answered.
        keep_ms: audio from here on is wanted by a server that goes on.
        speech_ms: in final segments.
        utterances: begun and not discarded.
        segments: final ones.

    Examples:
        >>> progress = Progress()
        >>> progress.take(UtteranceStarted(utterance_id=1200, start_ms=1200))
        True
        >>> progress.resume("s", from_ms=0).utterance_id
        1200
    """

    answered_ms: int = 0
    keep_ms: int = 0
    speech_ms: int = 0
    utterances: int = 0
    segments: int = 0
    _utterance: int | None = None  # under way
    _segment: int = 0  # its next one

    def take(self, message: ServerMessage) -> bool:
        """Take what came. Returns whether it is for the listener too.

        An utterance that the server ends because it leaves is none that ended.
        """
        match message:
            case UtteranceStarted(start_ms=start_ms):
                self.utterances += 1
                self._utterance, self._segment = message.utterance_id, 0
                self._answer(start_ms)
            case Emotion(final=True):
                self.segments += 1
                self.speech_ms += message.end_ms - message.start_ms
                self._segment = message.segment + 1
                self._answer(message.end_ms)
            case UtteranceEnded(interrupted=True):
                return False
            case UtteranceEnded(end_ms=end_ms):
                self.utterances -= message.discarded is not None
                self._utterance = None
                self._answer(end_ms)
            case Ack(audio_ms=audio_ms):
                self._answer(audio_ms)
                self.keep_ms = audio_ms if message.keep_ms is None else message.keep_ms
        return True

    def resume(self, session_id: str, from_ms: int) -> Resume:
        """What to say to the next server.

        Args:
            session_id: of the first connection.
            from_ms: where the audio begins that it will get.
        """
        has_utterance = self._utterance is not None
        return Resume(
            session_id=session_id,
            from_ms=from_ms,
            answered_ms=self.answered_ms,
            utterance_id=self._utterance,
            segment=self._segment if has_utterance else None,
        )

    def closed(self, reason: str, audio_ms: int) -> SessionClosed:
        """The totals of all connections; a server knows its own alone."""
        return SessionClosed(
            reason=reason,
            audio_ms=audio_ms,
            speech_ms=self.speech_ms,
            utterances=self.utterances,
            segments=self.segments,
        )

    def _answer(self, until_ms: int) -> None:
        self.answered_ms = max(self.answered_ms, until_ms)
