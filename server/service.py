"""What the endpoints of one application share."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final, Protocol

from aiohttp import hdrs, web

from classifier import Classifier
from server.access import Access
from server.admission import Admission, Cause, FullError
from server.answering import Answering
from server.capacity import Capacity
from server.client_address import client_address, limited_as
from server.decoder import Decoder
from server.fork_server import DecoderError
from server.inference import InferenceQueue, model_info
from server.metrics import Metrics
from server.protocol import ErrorCode, ModelInfo
from server.recording import Recording, RecordingCode, RecordingError
from server.refusal import RefusalError
from server.settings import Settings

logger = logging.getLogger(__name__)

RETRY_AFTER_S: Final = 5

NO_PLACE: Final[Mapping[Cause, str]] = {
    "total": "the server has no place left",
    "address": "this address has no place left",
    "capacity": "the server has enough to do",
}

STATUS: Final[Mapping[RecordingCode, HTTPStatus]] = {
    RecordingCode.NOT_AUDIO: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    RecordingCode.UNSUPPORTED: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    RecordingCode.EMPTY: HTTPStatus.BAD_REQUEST,
    RecordingCode.TOO_LONG: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    RecordingCode.BROKEN: HTTPStatus.BAD_REQUEST,
    RecordingCode.BAD_SAMPLES: HTTPStatus.BAD_REQUEST,
}
"""Of a file that is not taken."""


class Listening(Protocol):
    """A listener, as far as the whole server is concerned."""

    def change_model(self, model: ModelInfo) -> None:
        """Another model answers from now on."""
        ...

    def drain(self) -> None:
        """Take no more audio; end when everything is answered."""
        ...

    def cut(self) -> None:
        """End now."""
        ...


@dataclass(eq=False)
class Service:
    """One application's model, queue, places and counters.

    Attributes:
        answering: the model that answers.
        decoder: of what clients upload.
        listeners: the sessions under way.
        is_draining: whether the server is about to stop; nothing new is taken then.
    """

    settings: Settings
    answering: Answering
    queue: InferenceQueue
    metrics: Metrics
    access: Access
    sessions: Admission
    uploads: Admission
    capacity: Capacity
    decoder: Decoder
    listeners: set[Listening] = field(default_factory=set)
    is_draining: bool = False
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    @classmethod
    def build(
        cls,
        settings: Settings,
        classifier: Classifier,
        *,
        token: str | None = None,
        report: dict[str, Any] | None = None,
        session_cost: float | None = None,
    ) -> Service:
        """A service around a model that is warm.

        Args:
            settings: all of them.
            classifier: answers in threads of its own.
            token: what clients have to bring.
            report: what was measured of the model, for ``GET /v1/model``.
            session_cost: see `Capacity`.
        """
        metrics = Metrics()
        capacity = Capacity(settings.workers, lambda: sessions.taken, cost=session_cost)
        sessions = Admission(
            settings.max_sessions, settings.max_sessions_per_address, capacity.has_room
        )
        metrics.watch_capacity(lambda: min(capacity.sessions or math.inf, settings.max_sessions))
        metrics.show_model(classifier.version)
        answering = Answering(classifier, report)
        queue = InferenceQueue(
            answering.classify,
            workers=settings.workers,
            size=settings.queue_size,
            deadline_ms=settings.deadline_ms,
            hear=answering.hear if settings.lead_ms else None,
            metrics=metrics,
            capacity=capacity,
        )
        return cls(
            settings=settings,
            answering=answering,
            queue=queue,
            metrics=metrics,
            access=Access(token=token, origins=settings.allow_origin),
            sessions=sessions,
            uploads=Admission(settings.max_uploads, max(1, settings.max_uploads // 2)),
            capacity=capacity,
            decoder=Decoder(note=metrics.count_decoding),
        )

    @property
    def model(self) -> ModelInfo:
        """The model that answers, as clients are told of it."""
        return model_info(self.answering.classifier)

    def change_model(self, classifier: Classifier, report: dict[str, Any] | None) -> None:
        """Have another model answer from the next segment on, and tell every listener.

        Segments that are being classified are answered by the model that has begun with them.

        Args:
            classifier: warm.
            report: what was measured of it.
        """
        self.answering.replace(classifier, report)
        self.metrics.swaps.inc()
        self.metrics.show_model(classifier.version)
        for listener in list(self.listeners):
            listener.change_model(self.model)

    @property
    def unready(self) -> str | None:
        """Why no new session should come here, None when one may."""
        if self.is_draining:
            return "the server is shutting down"
        if self.queue.is_lost:
            return "the model hangs"
        return "the queue is full" if self.queue.is_full else None

    def address_of(self, request: web.Request) -> str | None:
        """Whose limits a request counts towards: the client's, also behind a known proxy."""
        forwarded = request.headers.getall(hdrs.X_FORWARDED_FOR, ())
        address = client_address(request.remote, forwarded, self.settings.trusted_proxies)
        return limited_as(address) if address else None

    @contextmanager
    def place(self, admission: Admission, request: web.Request) -> Iterator[None]:
        """A place for a request, as long as the block lasts.

        Raises:
            RefusalError: 503, there is none now.
        """
        retry: dict[str, str] = {hdrs.RETRY_AFTER: str(RETRY_AFTER_S)}
        if self.is_draining:
            raise RefusalError(
                HTTPStatus.SERVICE_UNAVAILABLE,
                ErrorCode.DRAINING,
                "the server is shutting down; try again",
                headers=retry,
            )
        with ExitStack() as stack:
            try:
                stack.enter_context(admission.place(self.address_of(request)))
            except FullError as error:
                raise _no_place(error, retry) from None
            stack.callback(self._changed.set)
            yield

    def decode(self, content: bytes, *, max_ms: int) -> Recording:
        """What is in a file that somebody sent. Waits for a process: for a thread to call.

        Raises:
            RefusalError: 4xx the file is not taken, 503 nothing can be decoded now.
        """
        try:
            return self.decoder.decode(content, max_ms=max_ms)
        except RecordingError as error:
            raise RefusalError(STATUS[error.code], error.code, str(error)) from None
        except DecoderError as error:
            retry: dict[str, str] = {hdrs.RETRY_AFTER: str(RETRY_AFTER_S)}
            raise RefusalError(
                HTTPStatus.SERVICE_UNAVAILABLE, "no_decoder", str(error), headers=retry
            ) from error

    @contextmanager
    def listening(self, listener: Listening) -> Iterator[None]:
        """Count a listener among those that are told when the server stops."""
        self.listeners.add(listener)
        try:
            yield
        finally:
            self.listeners.discard(listener)

    async def drain(self) -> None:
        """Take nothing new, answer what is pending, see every session off: `drain_ms` at most."""
        self.is_draining = True
        for listener in list(self.listeners):
            listener.drain()
        try:
            async with asyncio.timeout(self.settings.drain_ms / 1000):
                await self._all_gone()
        except TimeoutError:
            logger.warning(
                "what did not end in time is cut", extra={"sessions": self.sessions.taken}
            )
            for listener in list(self.listeners):
                listener.cut()

    async def _all_gone(self) -> None:
        while self.sessions.taken or self.uploads.taken:
            self._changed.clear()
            await self._changed.wait()


def _no_place(error: FullError, headers: Mapping[str, str]) -> RefusalError:
    return RefusalError(
        HTTPStatus.SERVICE_UNAVAILABLE,
        ErrorCode.OVERLOADED,
        f"{NO_PLACE[error.cause]}; try again in {RETRY_AFTER_S} s",
        cause=f"overloaded_{error.cause}",
        headers=headers,
    )


SERVICE: Final = web.AppKey("service", Service)
