"""What each code of the protocol means, one sentence a code, for the reference page."""

from __future__ import annotations

from typing import Final

from server.protocol import CloseCode, ErrorCode, Reason, WarningCode

CLOSE_NOTES: Final[dict[CloseCode, str]] = {
    CloseCode.DONE: "The session ended as the client asked.",
    CloseCode.GOING_AWAY: "The server is shutting down; connect again, to any server.",
    CloseCode.PROTOCOL: "A frame broke the WebSocket protocol.",
    CloseCode.WRONG_KIND: "A kind of frame that is not taken at this point.",
    CloseCode.BAD_UTF8: "A text frame was not UTF-8.",
    CloseCode.TOO_BIG: "A message was longer than `message_bytes`.",
    CloseCode.OUR_FAULT: "The server failed; its log says why.",
    CloseCode.RESTARTING: "The server restarts; connect again after a moment.",
    CloseCode.OVERLOADED: "The server has no room; try again later.",
    CloseCode.BAD_MESSAGE: "A session cannot go on after this message; the error before says why.",
    CloseCode.TOKEN: "The token is missing or wrong.",
    CloseCode.ORIGIN: "Pages of this origin may not connect.",
    CloseCode.IDLE: "No audio came for `idle_ms`.",
    CloseCode.TOO_LONG: "The session reached `session_ms`.",
    CloseCode.TOO_FAST: "More than `messages_per_second`.",
}

ERROR_NOTES: Final[dict[ErrorCode, str]] = {
    ErrorCode.BAD_JSON: "The text frame is not JSON.",
    ErrorCode.BAD_MESSAGE: "A field is missing or of the wrong type.",
    ErrorCode.UNKNOWN_TYPE: "No message has this `type`.",
    ErrorCode.OUT_OF_RANGE: "A value is outside its range.",
    ErrorCode.NOT_STARTED: "Something came before `session.start`.",
    ErrorCode.ALREADY_STARTED: "A second `session.start`.",
    ErrorCode.START_TIMEOUT: "No `session.start` came in time.",
    ErrorCode.BAD_AUDIO: "A binary frame is not a whole number of samples.",
    ErrorCode.TOO_BIG: "A message is too long.",
    ErrorCode.TOO_FAST: "Messages come faster than the limit.",
    ErrorCode.TOKEN: "The token is missing or wrong.",
    ErrorCode.ORIGIN: "Pages of this origin may not connect.",
    ErrorCode.IDLE: "No audio came for `idle_ms`.",
    ErrorCode.TOO_LONG: "The session reached `session_ms`.",
    ErrorCode.OVERLOADED: "The server has no room; `retry_after_ms` says when to try again.",
    ErrorCode.DRAINING: "The server is shutting down and takes no new session.",
    ErrorCode.INTERNAL: "The server failed; its log says why.",
}

WARNING_NOTES: Final[dict[WarningCode, str]] = {
    WarningCode.FALLING_BEHIND: "Verdicts come later than they should.",
    WarningCode.GAP: "Some audio was lost; the times of what follows account for it.",
    WarningCode.QUIET: "The microphone is very quiet.",
    WarningCode.DRAINING: "The server will shut down soon.",
    WarningCode.ENDING: "The session will soon reach its longest length.",
}

REASON_NOTES: Final[dict[Reason, str]] = {
    Reason.UNCERTAIN: "No score is high enough to name an emotion.",
    Reason.TOO_SHORT: "Too little of the segment is voiced.",
    Reason.TOO_NOISY: "The speech stands too little above the noise.",
    Reason.NO_SPEECH: "The model takes it for something else than speech.",
    Reason.CLIPPED: "Too many samples are at full scale.",
    Reason.OVERLOADED: "The server could not classify it in time.",
}
