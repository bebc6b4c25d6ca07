"""What a session asks of the shell around it."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from server.protocol import CloseCode, Message
from vad import Segment

JobId: TypeAlias = int


class Send(NamedTuple):
    """Hand this message to the client."""

    message: Message


class Classify(NamedTuple):
    """Have this segment classified; answer with `Session.receive_verdict`."""

    job: JobId
    segment: Segment


class Expect(NamedTuple):
    """This segment will probably be asked for soon: a head start, and nobody waits for it."""

    segment: Segment


class Close(NamedTuple):
    """Close the connection; nothing follows."""

    code: CloseCode
    reason: str


Action: TypeAlias = Send | Classify | Expect | Close
