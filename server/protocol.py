"""The wire, `vivavoz.v1`: every message and limit, and how a text frame becomes a message. The one
entrance to it, and the one truth: `client_web/protocol.js`, the JSON Schema and the reference page
are generated from it (``python -m server.protocol_export``).

The messages stand in `server.client_messages` and `server.server_messages`, the codes in
`server.codes`, what messages share in `server.message`.

Receivers ignore fields they do not know. Durations are integers in milliseconds.

Errors:
    * `ProtocolError`: what came is not a message of the protocol; carries the error's code, a
      text for people, whether the session ends, and the close code if it does.
"""

from __future__ import annotations

import json

from pydantic import ValidationError

from server.client_messages import (
    CLIENT_MESSAGES,
    MOST_HEARD_AGAIN_MS,
    ClientMessage,
    Resume,
    SessionFlush,
    SessionStart,
    SessionStop,
    SessionUpdate,
)
from server.codes import (
    CloseCode,
    ErrorCode,
    Reason,
    WarningCode,
)
from server.message import (
    INTERIM_MS,
    PATH,
    PROTOCOL,
    TEXT_BYTES,
    InterimMs,
    Message,
    Milliseconds,
    VadChange,
)
from server.rates import SAMPLE_RATES
from server.server_messages import (
    SERVER_MESSAGES,
    Ack,
    Config,
    Emotion,
    Error,
    Limits,
    ModelChanged,
    ModelInfo,
    Notice,
    ServerMessage,
    SessionClosed,
    SessionCreated,
    SessionUpdated,
    UtteranceEnded,
    UtteranceStarted,
)

__all__ = [
    "CLIENT_MESSAGES",
    "INTERIM_MS",
    "MOST_HEARD_AGAIN_MS",
    "PATH",
    "PROTOCOL",
    "SAMPLE_RATES",
    "SERVER_MESSAGES",
    "TEXT_BYTES",
    "Ack",
    "ClientMessage",
    "CloseCode",
    "Config",
    "Emotion",
    "Error",
    "ErrorCode",
    "InterimMs",
    "Limits",
    "Message",
    "Milliseconds",
    "ModelChanged",
    "ModelInfo",
    "Notice",
    "ProtocolError",
    "Reason",
    "Resume",
    "ServerMessage",
    "SessionClosed",
    "SessionCreated",
    "SessionFlush",
    "SessionStart",
    "SessionStop",
    "SessionUpdate",
    "SessionUpdated",
    "UtteranceEnded",
    "UtteranceStarted",
    "VadChange",
    "WarningCode",
    "read_client_message",
    "read_server_message",
]


class ProtocolError(Exception):
    """What came cannot be taken.

    Attributes:
        code: for programs.
        close: the close code when it ends the session, else None.
    """

    def __init__(self, code: ErrorCode, message: str, close: CloseCode | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.close = close


def read_client_message(text: str) -> ClientMessage:
    """A client's text frame as a message.

    Raises:
        ProtocolError: with a code that says whether the text was no JSON, of no known type, or a
            field was missing, of the wrong type or out of range. None of these ends the session.
    """
    if len(text.encode()) > TEXT_BYTES:
        raise ProtocolError(ErrorCode.TOO_BIG, f"a text message holds at most {TEXT_BYTES} bytes")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ProtocolError(ErrorCode.BAD_JSON, f"not JSON: {error}") from None
    if not isinstance(data, dict) or not isinstance(data.get("type"), str):
        raise ProtocolError(
            ErrorCode.BAD_MESSAGE, "a message is one JSON object with a text field 'type'"
        )
    try:
        message = CLIENT_MESSAGES.validate_python(data)
    except ValidationError as error:
        raise _refusal(error) from None
    if isinstance(message, SessionStart) and message.sample_rate not in SAMPLE_RATES:
        raise ProtocolError(
            ErrorCode.OUT_OF_RANGE,
            f"sample_rate is {message.sample_rate}; it has to be one of {SAMPLE_RATES}",
        )
    return message


def read_server_message(text: str) -> ServerMessage | None:
    """A server's text frame as a message, or None for a type that this version does not know.

    Raises:
        ProtocolError: the text is no message at all.
    """
    try:
        return SERVER_MESSAGES.validate_json(text)
    except ValidationError as error:
        refusal = _refusal(error)
        if refusal.code is ErrorCode.UNKNOWN_TYPE:
            return None
        raise refusal from None


def _refusal(error: ValidationError) -> ProtocolError:
    """The first of a message's faults, in words that name the field and what it should be."""
    first = error.errors(include_url=False, include_context=False)[0]
    kind, text = first["type"], first["msg"]
    if kind == "union_tag_invalid":
        return ProtocolError(ErrorCode.UNKNOWN_TYPE, "no message has this type")
    where = ".".join(str(part) for part in first["loc"][1:])
    is_range = kind in {
        "greater_than_equal",
        "less_than_equal",
        "string_too_long",
        "string_too_short",
    }
    code = ErrorCode.OUT_OF_RANGE if is_range else ErrorCode.BAD_MESSAGE
    return ProtocolError(code, f"{where}: {text}" if where else text)
