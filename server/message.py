"""What all messages of the wire share: their base, the types of their fields, what both sides know.

Reached through `server.protocol`.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from vad import VadSettings

PROTOCOL: Final = "vivavoz.v1"
PATH: Final = "/v1/stream"
INTERIM_MS: Final = 1000
TEXT_BYTES: Final = 4096


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
