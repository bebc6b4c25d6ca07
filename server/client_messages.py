"""The messages that a client sends. Reached through `server.protocol`."""

from __future__ import annotations

from typing import Annotated, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from server.message import (
    INTERIM_MS,
    OPTIONAL,
    SAMPLE_RATES,
    InterimMs,
    Message,
    Milliseconds,
    VadChange,
)


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

CLIENT_MESSAGES: Final[TypeAdapter[ClientMessage]] = TypeAdapter(ClientMessage)
