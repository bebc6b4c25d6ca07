"""The messages that a server sends, and what they carry. Reached through `server.protocol`."""

from __future__ import annotations

from typing import Annotated, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from server.codes import ErrorCode, Reason, WarningCode
from server.message import OPTIONAL, PROTOCOL, TEXT_BYTES, Message, Milliseconds
from vad import VadSettings


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
    interrupted: Annotated[
        bool | None,
        Field(description="the server leaves in the middle of it: a resumed session goes on"),
    ] = Field(**OPTIONAL)


class Ack(Message):
    """Everything before this point is answered; a client may forget that audio."""

    type: Literal["ack"] = "ack"
    audio_ms: Milliseconds
    keep_ms: Annotated[
        Milliseconds | None,
        Field(description="audio from here on makes a resumed session exact; `from_ms` then"),
    ] = Field(**OPTIONAL)


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

SERVER_MESSAGES: Final[TypeAdapter[ServerMessage]] = TypeAdapter(ServerMessage)
