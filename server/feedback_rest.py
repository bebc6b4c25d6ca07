"""``/v1/feedback``: people correct a label, and may take the recording back. Nothing is read out.

There only where the settings name a folder; without one the address does not exist.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import datetime
import json
import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Final, TypeAlias

from aiohttp import hdrs, web

from server.feedback import Feedback, Record, read_feedback
from server.feedback_store import FeedbackFullError, FeedbackStore, new_id
from server.recording import Recording
from server.refusal import RefusalError
from server.service import SERVICE
from server.upload import is_form, read_form

logger = logging.getLogger(__name__)

PATH: Final = "/v1/feedback"
AUDIO: Final = "audio"
VERDICT: Final = "verdict"
JSON: Final = "application/json"
LEAST_MS: Final = 300
"""Shorter ones get no label (`classifier.Calibration.least_voiced_ms`): there is none to mend."""

Parts: TypeAlias = list[tuple[str, bytes]]
"""A form's, by name; of JSON the one body."""

STORE: Final = web.AppKey("feedback", FeedbackStore)


def add_feedback(app: web.Application, store: FeedbackStore) -> None:
    """Let an application take feedback.

    Raises:
        FeedbackFolderError: the folder cannot be used.
    """
    app[STORE] = store.open()
    app.router.add_post(PATH, give)
    app.router.add_delete(PATH + "/{id}", withdraw)


async def give(request: web.Request) -> web.Response:
    """``POST /v1/feedback``: keep a recording with the label that would have been right.

    A form with the fields of `Feedback` (``verdict`` as JSON) and the file ``audio``, or the same
    as JSON with ``audio`` in base64. Answers 201 with the id that withdraws it.

    Raises:
        RefusalError: who may not, no consent, no recording, a field that is wrong, no room.
    """
    service = request.app[SERVICE]
    settings = service.settings
    service.access.check_origin(request)
    service.access.check_token(request)
    fields_of = _reader(request)
    with service.place(service.uploads, request):
        parts = await read_form(
            request,
            max_bytes=settings.upload_bytes,
            within_s=settings.upload_within_ms / 1000,
        )

        def keep() -> Record:
            fields, audio = fields_of(parts)
            feedback = read_feedback(fields, service.model.labels)
            recording = service.decode(audio, max_ms=settings.feedback_ms)
            return _keep(request.app[STORE], feedback, recording)

        record = await asyncio.to_thread(keep)
    service.metrics.feedback.labels("kept").inc()
    logger.info("feedback kept")  # which one, only its giver knows
    return web.json_response(
        {"id": record.id},
        status=HTTPStatus.CREATED,
        headers={hdrs.LOCATION: f"{PATH}/{record.id}"},
    )


async def withdraw(request: web.Request) -> web.Response:
    """``DELETE /v1/feedback/{id}``: forget a recording. Its id is leave enough, being unguessable.

    Raises:
        RefusalError: who may not, or 404 where there is none of that id (any more).
    """
    service = request.app[SERVICE]
    service.access.check_origin(request)
    service.access.check_token(request)
    given = request.match_info["id"]
    if not await asyncio.to_thread(request.app[STORE].remove, [given]):
        raise RefusalError(HTTPStatus.NOT_FOUND, "not_found", "there is no feedback of this id")
    service.metrics.feedback.labels("withdrawn").inc()
    logger.info("feedback withdrawn")
    return web.Response(status=HTTPStatus.NO_CONTENT)


def _reader(request: web.Request) -> Callable[[Parts], tuple[Mapping[str, Any], bytes]]:
    """What makes fields and a recording of this request's body."""
    if is_form(request):
        return _fields_of_form
    if request.content_type == JSON:
        return _fields_of_json
    raise RefusalError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "bad_form", f"send a form, or {JSON}")


def _keep(store: FeedbackStore, feedback: Feedback, recording: Recording) -> Record:
    record = _record(feedback, recording)
    if record.duration_ms < LEAST_MS:
        raise RefusalError(
            HTTPStatus.BAD_REQUEST, "too_short", f"the recording is shorter than {LEAST_MS} ms"
        )
    try:
        store.add(record, recording)
    except FeedbackFullError as error:
        raise RefusalError(HTTPStatus.INSUFFICIENT_STORAGE, "storage_full", str(error)) from error
    return record


def _record(feedback: Feedback, recording: Recording) -> Record:
    return Record(
        file_name=f"{new_id()}.flac",
        day=datetime.datetime.now(datetime.UTC).date(),
        duration_ms=len(recording.samples) * 1000 // recording.sample_rate,
        **dict(feedback),
    )


def _fields_of_form(parts: Parts) -> tuple[Mapping[str, Any], bytes]:
    """A form's fields and its file."""
    fields: dict[str, Any] = {}
    for name, content in parts:
        if name in fields:
            raise _bad(f"there are two fields {name!r}")
        fields[name] = content
    audio = fields.pop(AUDIO, None)
    try:
        fields = {name: content.decode() for name, content in fields.items()}
        if VERDICT in fields:
            fields[VERDICT] = json.loads(fields[VERDICT])
    except (ValueError, RecursionError) as error:
        raise _bad(f"a field is no text, or {VERDICT} no JSON: {error}") from None
    return fields, _audio_in(audio)


def _fields_of_json(parts: Parts) -> tuple[Mapping[str, Any], bytes]:
    """The same of an object, with its file in base64."""
    try:
        fields = json.loads(parts[0][1])
    except (ValueError, RecursionError) as error:
        raise _bad(f"this is not JSON: {error}") from None
    if not isinstance(fields, dict):
        raise _bad("this is no JSON object")
    audio = fields.pop(AUDIO, None)
    try:
        return fields, _audio_in(base64.b64decode(audio, validate=True) if audio else None)
    except (TypeError, ValueError, binascii.Error):
        raise _bad(f"{AUDIO} is no base64") from None


def _audio_in(audio: bytes | None) -> bytes:
    if not audio:
        raise _bad(f"the recording is missing: send it as {AUDIO}")
    return audio


def _bad(why: str) -> RefusalError:
    return RefusalError(HTTPStatus.BAD_REQUEST, "bad_feedback", why)
