"""The HTTP endpoints beside the stream: a recording classified, the model, how the server is."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from aiohttp import web
from pydantic import ValidationError

from classifier import Verdict
from server.analysis import Analysis, analyse
from server.measured import in_short
from server.protocol import ErrorCode
from server.refusal import RefusalError
from server.service import SERVICE, Service
from server.upload import read_upload
from vad import Segment, VadSettings

REPORT: Final = "report.json"
WHOLE: Final = "whole"


async def classify(request: web.Request) -> web.Response:
    """``POST /v1/classify``: the utterances of a recording, as the stream would give them.

    A field of `VadSettings` in the query changes it for this recording.

    Raises:
        RefusalError: who may not, what is no recording, or where there is no place.
    """
    service = request.app[SERVICE]
    settings = service.settings
    service.access.check_origin(request)
    service.access.check_token(request)
    vad = read_vad(request.query, settings.vad)
    with service.place(service.uploads, request):
        body = await read_upload(
            request,
            max_bytes=settings.upload_bytes,
            within_s=settings.upload_within_ms / 1000,
        )
        loop = asyncio.get_running_loop()
        analysis = await asyncio.to_thread(_analyse, body, service, vad, loop)
    service.metrics.recordings.inc()
    return _json(analysis.model_dump_json())


async def model(request: web.Request) -> web.Response:
    """``GET /v1/model``: what answers, what was measured of it in short (None if nothing was), how
    large a recording may be, and whether corrections are taken. ``?report=whole`` gives all that
    was measured: tens of kB.

    Raises:
        RefusalError: no token, or a query that is none of these.
    """
    service = request.app[SERVICE]
    service.access.check_token(request)
    whole = asks_for_whole_report(request.query)
    facts: dict[str, Any] = service.model.model_dump(mode="json")
    report = service.answering.report
    facts["runtime"] = service.answering.classifier.runtime
    facts["report"] = report if whole else in_short(report)
    facts["limits"] = {
        "upload_ms": service.settings.upload_ms,
        "upload_bytes": service.settings.upload_bytes,
    }
    facts["feedback"] = service.settings.feedback_dir is not None
    return _json(json.dumps(facts))


async def card(request: web.Request) -> web.Response:
    """``GET /v1/model/card``: the card of the model that answers, as Markdown; 204 if it has none.

    Raises:
        RefusalError: no token.
    """
    service = request.app[SERVICE]
    service.access.check_token(request)
    classifier = service.answering.classifier
    text = await asyncio.to_thread(lambda: classifier.card)
    if text is None:
        return web.Response(status=HTTPStatus.NO_CONTENT)
    return web.Response(text=text, content_type="text/markdown")


def asks_for_whole_report(query: Mapping[str, str]) -> bool:
    """Whether a query asks for more than the short report.

    Raises:
        RefusalError: 400, it asks for something else.

    Examples:
        >>> asks_for_whole_report({}), asks_for_whole_report({"report": "whole"})
        (False, True)
    """
    if query.keys() - {"report"} or query.get("report", WHOLE) != WHOLE:
        raise RefusalError(
            HTTPStatus.BAD_REQUEST,
            ErrorCode.BAD_MESSAGE,
            f"only ?report={WHOLE} can be asked for; without it, the report comes in short",
        )
    return "report" in query


async def healthz(_: web.Request) -> web.Response:
    """``GET /healthz``: the process lives and its event loop turns."""
    return _json('{"status": "alive"}')


async def readyz(request: web.Request) -> web.Response:
    """``GET /readyz``: whether new sessions should come here.

    Raises:
        RefusalError: 503, and why.
    """
    why = request.app[SERVICE].unready
    if why:
        raise RefusalError(HTTPStatus.SERVICE_UNAVAILABLE, "not_ready", why)
    return _json('{"status": "ready"}')


def read_vad(query: Mapping[str, str], vad: VadSettings) -> VadSettings:
    """The settings with what a query changes.

    Raises:
        RefusalError: 400, a name that is no setting or a value out of range.
    """
    unknown = query.keys() - VadSettings.model_fields.keys()
    if unknown:
        names = ", ".join(VadSettings.model_fields)
        raise RefusalError(
            HTTPStatus.BAD_REQUEST,
            ErrorCode.BAD_MESSAGE,
            f"{min(unknown)!r} is no setting; there are {names}",
        )
    try:
        return vad.merge(VadSettings.model_validate(dict(query), strict=False))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise RefusalError(
            HTTPStatus.BAD_REQUEST, ErrorCode.OUT_OF_RANGE, f"{first['loc'][0]}: {first['msg']}"
        ) from None


def read_report(folder: Path) -> dict[str, Any] | None:
    """What was measured of a model, from its directory; None where nothing readable is there."""
    try:
        report = json.loads((folder / REPORT).read_bytes())
    except (OSError, ValueError):
        return None
    return report if isinstance(report, dict) else None


def _analyse(
    body: bytes, service: Service, vad: VadSettings, loop: asyncio.AbstractEventLoop
) -> Analysis:
    """Decode elsewhere and cut in this thread; each segment waits in the queue of the streams'.

    One model answers for all of a recording: where another took over meanwhile, it is asked anew.
    """

    def ask(segment: Segment) -> Verdict | None:
        return asyncio.run_coroutine_threadsafe(service.queue.classify(segment), loop).result()

    recording = service.decode(body, max_ms=service.settings.upload_ms)
    while True:
        model = service.model
        analysis = analyse(recording, model, ask, vad=vad)
        if service.model == model:
            return analysis


def _json(text: str) -> web.Response:
    return web.Response(text=text, content_type="application/json")
