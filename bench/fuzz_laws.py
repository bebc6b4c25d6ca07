"""What a session promises whatever its client sends, checked action by action."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from bench.findings import LawError
from server.actions import Action, Classify, Close, Send
from server.protocol import (
    Ack,
    Emotion,
    Message,
    SessionClosed,
    SessionCreated,
    UtteranceEnded,
    UtteranceStarted,
    read_server_message,
)

UTTERANCE: Final = (UtteranceStarted, Emotion, UtteranceEnded)


class Laws:
    """Watches what one session does.

    Attributes:
        pending: jobs that await a verdict.
        is_closed: whether the session has closed.
    """

    def __init__(self) -> None:
        self.pending: dict[int, Classify] = {}
        self.is_closed = False
        self._is_created = False
        self._open: int | None = None
        self._last_begun = -1
        self._acked = -1

    def watch(self, actions: Iterable[Action]) -> None:
        """Check what a session did.

        Raises:
            LawError: it may not do that.
        """
        for action in actions:
            self._require(not self.is_closed, f"{action} after the close")
            match action:
                case Send(message):
                    self._watch_message(message)
                case Classify(job, segment):
                    self._require(bool(segment.pcm), "a segment without samples")
                    self.pending[job] = action
                case Close():
                    self.is_closed = True

    def end(self) -> None:
        """Check how it ended, after every verdict came.

        Raises:
            LawError: something is missing.
        """
        self._require(self.is_closed, "it did not close")
        self._require(self._open is None, "an utterance did not end")

    def _watch_message(self, message: Message) -> None:
        again = read_server_message(message.to_json())  # what is sent can be read
        self._require(again == message, f"{message} is read as {again}")
        match message:
            case SessionCreated():
                self._require(not self._is_created, "two sessions in one")
                self._is_created = True
            case Ack(audio_ms=audio_ms):
                self._require(audio_ms > self._acked, "an ack that is no news")
                self._acked = audio_ms
            case UtteranceStarted(utterance_id=begun):
                self._require(self._open is None, "an utterance within another")
                self._require(begun >= self._last_begun, "utterances out of order")
                self._open = self._last_begun = begun
            case Emotion(utterance_id=of):
                self._require(self._open in (None, of), "a verdict on another utterance")
            case UtteranceEnded():
                self._open = None
            case SessionClosed():
                self._require(self._is_created, "the totals of no session")
        if isinstance(message, UTTERANCE):
            self._require(self._is_created, f"{message.type} before the session")

    @staticmethod
    def _require(holds: bool, otherwise: str) -> None:
        if not holds:
            raise LawError(otherwise)
