"""The wire, `vivavoz.v1`: every message and limit, with the codes of `server.codes`. The one
truth: `client_web/protocol.js`, the JSON Schema and the reference page are generated from it
(``python -m server.protocol_export``).

Receivers ignore fields they do not know. Durations are integers in milliseconds.

Errors:
    * `ProtocolError`: what came is not a message of the protocol; carries the error's code, a
      text for people, whether the session ends, and the close code if it does.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, TypeAdapter, ValidationError

from server.codes import CloseCode as CloseCode
from server.codes import ErrorCode as ErrorCode
from server.codes import Reason as Reason
from server.codes import WarningCode as WarningCode
from vad import VadSettings

PROTOCOL: Final = "vivavoz.v1"
PATH: Final = "/v1/stream"
SAMPLE_RATES: Final = (8000, 16000, 22050, 24000, 32000, 44100, 48000)
"""A list and not a range: resampling from 44,101 Hz costs 94 times what 44,100 Hz does."""
INTERIM_MS: Final = 1000
TEXT_BYTES: Final = 4096


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


class Message(BaseModel):
    """What all messages share."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    def to_json(self) -> str:
        """The text frame."""
        return self.model_dump_json()


def _is_none(value: object) -> bool:
    return value is None


OPTIONAL: Final[Any] = {"default": None, "exclude_if": _is_none}
"""Of a field that is left out when there is nothing to say; others are then null."""

Milliseconds = Annotated[int, Field(ge=0, le=2**53)]
InterimMs = Annotated[
    int,
    Field(
        ge=0, le=10000, description="interim results each so many ms while someone speaks; 0: off"
    ),
]
VadChange = Annotated[
    VadSettings,
    PlainSerializer(lambda vad: vad.model_dump(exclude_unset=True)),
    Field(description="only what should change"),
]


# From the client ------------------------------------------------------------------------------


class Resume(BaseModel):
    """Where a session that lost its connection goes on."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    session_id: Annotated[str, Field(min_length=1, max_length=64)]
    from_ms: Annotated[
        Milliseconds, Field(description="the last `ack`: audio follows from here on")
    ]


class SessionStart(Message):
    """First message of a connection, within 5 s."""

    type: Literal["session.start"] = "session.start"
    sample_rate: Annotated[
        int, Field(description=f"Hz of the PCM that follows: one of {SAMPLE_RATES}")
    ]
    vad: VadChange | None = Field(**OPTIONAL)
    interim_ms: InterimMs = INTERIM_MS
    token: str | None = Field(max_length=1024, **OPTIONAL)
    resume: Resume | None = Field(**OPTIONAL)


class SessionUpdate(Message):
    """Change settings at any time; answered by `session.updated` with everything in force."""

    type: Literal["session.update"] = "session.update"
    vad: VadChange | None = Field(**OPTIONAL)
    interim_ms: InterimMs | None = Field(**OPTIONAL)


class SessionFlush(Message):
    """End the utterance under way now."""

    type: Literal["session.flush"] = "session.flush"


class SessionStop(Message):
    """No more audio: what is pending is answered, then `session.closed`, then close 1000."""

    type: Literal["session.stop"] = "session.stop"


ClientMessage: TypeAlias = Annotated[
    SessionStart | SessionUpdate | SessionFlush | SessionStop, Field(discriminator="type")
]


# From the server ------------------------------------------------------------------------------


class ModelInfo(BaseModel):
    """The model that answers."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str
    version: str
    labels: tuple[str, ...]


class Config(BaseModel):
    """Everything in force in a session."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    sample_rate: int
    vad: VadSettings
    interim_ms: int


class Limits(BaseModel):
    """What a client has to keep to; the values are the server's settings."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    message_bytes: int = 64 * 1024
    text_bytes: int = TEXT_BYTES
    messages_per_second: Annotated[int, Field(description="with a burst of twice as many")] = 200
    session_ms: int = 60 * 60 * 1000
    idle_ms: int = 60 * 1000
    resume_ms: Annotated[int, Field(description="audio that a client keeps, to send it again")] = (
        30_000
    )


class SessionCreated(Message):
    """The answer to `session.start`."""

    type: Literal["session.created"] = "session.created"
    session_id: str
    protocol: str = PROTOCOL
    model: ModelInfo
    config: Config
    limits: Limits
    resumed: bool = False


class SessionUpdated(Message):
    """The answer to `session.update`."""

    type: Literal["session.updated"] = "session.updated"
    config: Config


class UtteranceStarted(Message):
    """Someone began to speak."""

    type: Literal["utterance.started"] = "utterance.started"
    utterance_id: Annotated[
        int, Field(description="`start_ms` of the utterance, unique in a session")
    ]
    start_ms: Milliseconds


class Emotion(Message):
    """The verdict on a segment: a label, or a reason why there is none."""

    type: Literal["emotion"] = "emotion"
    utterance_id: int
    segment: Annotated[int, Field(ge=0, description="number of the segment within the utterance")]
    final: bool
    start_ms: Milliseconds
    end_ms: Milliseconds
    label: str | None
    reason: Reason | None
    confidence: Annotated[float, Field(ge=0, le=1)]
    scores: Annotated[dict[str, float], Field(description="calibrated, all emotion classes, sum 1")]
    model: Annotated[str, Field(description="version of the model that answered")]
    latency_ms: Annotated[
        int,
        Field(
            ge=0, description="from having the segment's last sample to handing this to the socket"
        ),
    ] = 0


class UtteranceEnded(Message):
    """The utterance is over; `discarded` says why it was no speech after all."""

    type: Literal["utterance.ended"] = "utterance.ended"
    utterance_id: int
    end_ms: Milliseconds
    discarded: str | None = None


class Ack(Message):
    """Everything before this point is answered; a client may forget that audio."""

    type: Literal["ack"] = "ack"
    audio_ms: Milliseconds


class ModelChanged(Message):
    """From the next segment on another model answers."""

    type: Literal["model.changed"] = "model.changed"
    model: ModelInfo


class Notice(Message):
    """Something to know; the session goes on."""

    type: Literal["warning"] = "warning"
    code: WarningCode
    message: str


class Error(Message):
    """Something could not be taken; a fatal one is followed by the close."""

    type: Literal["error"] = "error"
    code: ErrorCode
    message: str
    fatal: bool
    retry_after_ms: Milliseconds | None = Field(**OPTIONAL)


class SessionClosed(Message):
    """The last message of a session, with its totals."""

    type: Literal["session.closed"] = "session.closed"
    reason: str
    audio_ms: Milliseconds
    speech_ms: Milliseconds
    utterances: int
    segments: int


ServerMessage: TypeAlias = Annotated[
    SessionCreated
    | SessionUpdated
    | UtteranceStarted
    | Emotion
    | UtteranceEnded
    | Ack
    | ModelChanged
    | Notice
    | Error
    | SessionClosed,
    Field(discriminator="type"),
]

CLIENT_MESSAGES: Final[TypeAdapter[ClientMessage]] = TypeAdapter(ClientMessage)
SERVER_MESSAGES: Final[TypeAdapter[ServerMessage]] = TypeAdapter(ServerMessage)


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
