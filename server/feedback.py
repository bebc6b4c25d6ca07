"""What somebody says of a label: which one would have been right, and that it may be kept."""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Mapping
from http import HTTPStatus
from typing import Annotated, Any, Final, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from classifier import NO_SPEECH
from server.protocol import Reason
from server.refusal import RefusalError

ID: Final = re.compile(r"[0-9a-f]{32}")

CONSENT: Final = (
    "consent has to be true: the recording is kept here, and models learn from it, until it is "
    "withdrawn"
)


def _consent(value: Any) -> Any:
    """JSON's true, or that word of a form. Nothing else is a yes, 1 (equal to True) included."""
    return True if value is True or value == "true" else None


Score = Annotated[float, Field(ge=0, le=1)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[\w./@+ -]+$")]
Speaker = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_:-]{1,64}$")]
"""A name that somebody made up; never a person's."""


class Said(BaseModel):
    """The verdict that is corrected; the fields are those of `server.protocol.Emotion`.

    Of the message's other fields (times of the session, utterance) nothing is kept.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    label: Name | None = None
    reason: Reason | None = None
    confidence: Score | None = None
    scores: Annotated[dict[Name, Score], Field(max_length=50)] = Field(default_factory=dict)


class Feedback(BaseModel):
    """A correction, without its recording. Fields that are not known here are refused, so that
    nothing is sent that nobody asked for.

    Attributes:
        consent: true, and nothing else: without it nothing is kept.
        label: the right one, of the model's or ``no_speech``.
        note: what else there is to say.
        verdict: what the model said.
        model: its version.
        speaker: a made-up name that is the same for all recordings of one person.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    consent: Annotated[Literal[True], BeforeValidator(_consent)]
    label: Name
    note: Annotated[str, StringConstraints(max_length=500)] | None = None
    verdict: Said | None = None
    model: Name | None = None
    speaker: Speaker | None = None


class Record(BaseModel):
    """A line of ``metadata.jsonl``, as Hugging Face's audiofolder has it.

    Nothing in it says where it came from: no address, no browser, no session, and of the time
    only the day.

    Attributes:
        file_name: of the recording, beside the file that this stands in.
        day: on which it came.
        duration_ms: of the recording.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    file_name: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}\.flac$")]
    label: str
    consent: Literal[True]
    day: datetime.date
    duration_ms: int
    speaker: str | None = None
    note: str | None = None
    model: str | None = None
    verdict: Said | None = None

    @property
    def id(self) -> str:
        """What it is withdrawn by."""
        return self.file_name.partition(".")[0]


def read_feedback(fields: Mapping[str, Any], labels: Collection[str]) -> Feedback:
    """The correction that a request makes.

    Args:
        fields: of its JSON or its form, without the recording.
        labels: of the model.

    Raises:
        RefusalError: 400: no consent, no such label, a field out of range or not known.
    """
    try:
        feedback = Feedback.model_validate(dict(fields))
    except ValidationError as error:
        raise _refusal(error) from None
    known = (*labels, NO_SPEECH)
    if feedback.label not in known:
        raise RefusalError(
            HTTPStatus.BAD_REQUEST,
            "bad_label",
            f"label is {feedback.label!r}; it has to be one of {', '.join(known)}",
        )
    return feedback


def _refusal(error: ValidationError) -> RefusalError:
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    if any(fault["loc"][:1] == ("consent",) for fault in faults):
        return RefusalError(HTTPStatus.BAD_REQUEST, "no_consent", CONSENT)
    where = ".".join(str(part) for part in faults[0]["loc"])
    return RefusalError(HTTPStatus.BAD_REQUEST, "bad_feedback", f"{where}: {faults[0]['msg']}")
