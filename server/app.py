"""The aiohttp application: routes, the headers of every answer, errors as JSON."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from server import rest
from server.feedback_rest import add_feedback
from server.feedback_store import FeedbackStore
from server.headers import add_headers
from server.metrics import Metrics
from server.page import add_page, page_files
from server.protocol import PATH, ErrorCode
from server.refusal import RefusalError, error_response
from server.service import SERVICE, Service
from server.settings import Settings
from server.stream import stream

logger = logging.getLogger(__name__)


def build_app(service: Service) -> web.Application:
    """The public application around a service.

    Raises:
        FeedbackFolderError: the folder for feedback cannot be used.
    """
    app = web.Application(middlewares=[errors_as_json])
    app[SERVICE] = service
    app.router.add_get(PATH, stream, allow_head=False)
    app.router.add_post("/v1/classify", rest.classify)
    app.router.add_get("/v1/model", rest.model)
    app.router.add_get("/v1/model/card", rest.card)
    app.router.add_get("/healthz", rest.healthz)
    app.router.add_get("/readyz", rest.readyz)
    if service.settings.feedback_dir:
        add_feedback(app, _feedback_store(service.settings, service.settings.feedback_dir))
    add_page(app.router, page_files())
    app.on_response_prepare.append(add_headers)
    app.on_shutdown.append(_drain)
    app.cleanup_ctx.append(_run_queue)
    app.cleanup_ctx.append(_watch_loop)
    app.cleanup_ctx.append(_end_decoder)
    return app


def _feedback_store(settings: Settings, folder: Path) -> FeedbackStore:
    return FeedbackStore(
        folder,
        most=settings.feedback_count,
        most_bytes=settings.feedback_bytes,
        free_bytes=settings.feedback_free_bytes,
    )


def build_metrics_app(metrics: Metrics) -> web.Application:
    """``/metrics`` by itself, for a port that the public does not reach."""

    async def show(_: web.Request) -> web.Response:
        content_type = {hdrs.CONTENT_TYPE: CONTENT_TYPE_LATEST}
        return web.Response(body=metrics.exposition(), headers=content_type)

    app = web.Application()
    app.router.add_get("/metrics", show)
    app.on_response_prepare.append(add_headers)
    return app


@web.middleware
async def errors_as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every refusal as ``{"error": {"code", "message"}}``, ours and the router's."""
    try:
        return await handler(request)
    except RefusalError as error:
        request.app[SERVICE].metrics.refusals.labels(error.cause).inc()
        return error_response(error.status, error.code, str(error), error.headers)
    except web.HTTPException as error:
        if error.status < HTTPStatus.BAD_REQUEST:
            raise
        code = HTTPStatus(error.status).name.lower()
        request.app[SERVICE].metrics.refusals.labels(code).inc()
        headers: dict[str, str] = {}
        if hdrs.ALLOW in error.headers:
            headers[hdrs.ALLOW] = error.headers[hdrs.ALLOW]
        return error_response(error.status, code, error.reason, headers)
    except ConnectionError:  # the client has gone: nobody reads this, and it is no error to log
        return web.Response()
    except Exception:
        logger.exception("a request failed", extra={"path": request.path})
        return error_response(
            HTTPStatus.INTERNAL_SERVER_ERROR,
            ErrorCode.INTERNAL,
            "the server failed; its log says why",
        )


async def _drain(app: web.Application) -> None:
    await app[SERVICE].drain()


async def _run_queue(app: web.Application) -> AsyncIterator[None]:
    app[SERVICE].queue.start()
    yield
    await app[SERVICE].queue.close()


async def _end_decoder(app: web.Application) -> AsyncIterator[None]:
    yield
    await asyncio.to_thread(app[SERVICE].decoder.close)


async def _watch_loop(app: web.Application) -> AsyncIterator[None]:
    service = app[SERVICE]
    watching = asyncio.gather(service.metrics.watch_loop(), service.capacity.watch())
    yield
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching
