"""The messages that a client sends. Reached through `server.protocol`."""

from __future__ import annotations

from typing import Annotated, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from server.message import (
    INTERIM_MS,
    OPTIONAL,
    InterimMs,
    Message,
    VadChange,
)
from server.rates import SAMPLE_RATES

MOST_HEARD_AGAIN_MS: Final = 60_000
"""Nobody has more to say of the noise, and a clock that stands still would never end a session."""


MOST_POSITION_MS: Final = 10**12
"""30 years: what follows stays within what a number in JSON holds exactly, and every clock."""

Position = Annotated[int, Field(ge=0, le=MOST_POSITION_MS)]


class Resume(BaseModel):
    """Where a session that lost its connection goes on, on any server.

    With `session_id` and `from_ms` alone it goes on. With the others too it goes on as if nothing
    had happened: the same utterances, at the same times.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    session_id: Annotated[str, Field(min_length=1, max_length=64)]
    from_ms: Annotated[
        Position,
        Field(description="audio follows from here on: the last `ack`, or its `keep_ms`"),
    ]
    answered_ms: Annotated[
        Position | None,
        Field(
            description="the last `ack`, or a later point that a message names; what comes before "
            "it is heard for the noise alone; where `from_ms` is later, what lies between is lost"
        ),
    ] = Field(**OPTIONAL)
    utterance_id: Annotated[
        Position | None, Field(description="the one under way at `answered_ms`")
    ] = Field(**OPTIONAL)
    segment: Annotated[
        int | None, Field(ge=0, le=2**31, description="the number of its next segment")
    ] = Field(**OPTIONAL)

    @model_validator(mode="after")
    def _agree(self) -> Resume:
        answered = self.from_ms if self.answered_ms is None else self.answered_ms
        if answered - self.from_ms > MOST_HEARD_AGAIN_MS:
            raise ValueError(
                f"answered_ms is more than {MOST_HEARD_AGAIN_MS} ms after from_ms: send less again"
            )
        if self.utterance_id is not None and self.utterance_id > answered:
            raise ValueError("utterance_id is after answered_ms; an utterance is its start_ms")
        return self


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
