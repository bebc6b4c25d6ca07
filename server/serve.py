"""Runs the service: sockets first, then the model, then the announcement, until a signal.

Errors:
    * :exc:`server.address.AddressError`: the address cannot be listened on, or would let anyone in.
    * :exc:`server.access.TokenFileError`: no token in the token file.
    * :exc:`classifier.ClassifierError`: the model cannot be opened.
    * :exc:`server.feedback_store.FeedbackFolderError`: the folder for feedback cannot be used.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Final

from aiohttp import web

from classifier import Classifier, ClassifierError, ModelStore, is_store
from classifier.source import find_model
from server.access import TokenFileError, read_token
from server.address import AddressError, check_exposure, open_socket, page_url
from server.allocator import return_large_buffers, share_one_heap
from server.app import build_app, build_metrics_app
from server.capacity import expected_cost
from server.client_address import is_one_of
from server.connections import LimitedSite
from server.core_dump import forbid_core_dumps
from server.feedback_store import FeedbackFolderError
from server.logs import configure_logging
from server.reload import Opened, Reloader, open_model, open_newest
from server.rest import read_report
from server.service import Service
from server.settings import Settings

logger = logging.getLogger(__name__)

SAMPLE_RATE: Final = 16000
PROBE_S: Final = 2

SHUTDOWN_S: Final = 1.0
"""For requests that are still under way after the draining, which has a time of its own."""

ERRORS: Final = (AddressError, TokenFileError, ClassifierError, FeedbackFolderError)


def run(settings: Settings) -> int:
    """Serve until SIGINT or SIGTERM; a second one ends the process at once.

    Returns:
        The exit code: 0, or 1 with one line on standard error that says what to do.
    """
    configure_logging(settings.log_level)
    return_large_buffers()
    share_one_heap()
    forbid_core_dumps()
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(serve(settings))
    except ERRORS as error:
        sys.stderr.write(f"vivavoz: {error}\n")
        return 1
    return 0


async def serve(settings: Settings, announce: Callable[[str], None] | None = None) -> None:
    """Serve until SIGINT or SIGTERM.

    Args:
        settings: all of them.
        announce: called with the page's address when everything is ready; prints it by default.

    Raises:
        AddressError: the address is taken, does not exist, or would let anyone in.
        TokenFileError: no token in the token file.
        ClassifierError: the model cannot be opened.
        FeedbackFolderError: the folder for feedback cannot be used.
    """
    token = read_token(settings.token_file)
    check_exposure(settings.host, has_token=token is not None, is_open=settings.open)
    async with AsyncExitStack() as stack:
        public = stack.enter_context(open_socket(settings.host, settings.port))
        internal = stack.enter_context(open_socket(settings.metrics_host, settings.metrics_port))
        stop = _stop_on_signals()
        opened = await _unless_stopped(stop, settings)
        if opened is None:
            return
        service = Service.build(
            settings,
            opened.classifier,
            token=token,
            report=opened.report,
            session_cost=await asyncio.to_thread(session_cost, opened.classifier),
        )
        await stack.enter_async_context(
            listening(build_metrics_app(service.metrics), internal, settings)
        )
        await stack.enter_async_context(listening(build_app(service), public, settings))
        if store := _store(settings):
            await stack.enter_async_context(_following(service, store))
        _log_ready(service, internal)
        (announce or _print)(page_url(settings.host, public))
        await asyncio.to_thread(service.decoder.start)
        await stop.wait()
        logger.info("stopping", extra={"sessions": len(service.listeners)})
        await service.drain()  # while it still listens: aiohttp's cleanup begins by hearing nothing


def load_model(settings: Settings) -> Opened:
    """The model, warm; of a store the newest version that is fit to serve.

    Raises:
        ClassifierError: it cannot be opened, or fails on silence.
    """
    if store := _store(settings):
        return open_newest(store, settings)
    classifier = open_model(settings.model, settings)
    return Opened(classifier, read_report(find_model(settings.model).folder))


def session_cost(classifier: Classifier) -> float:
    """What a session will probably cost, see `Capacity`; by what a warm model takes for silence."""
    began = time.perf_counter()
    classifier.logits(bytes(PROBE_S * SAMPLE_RATE * 2))
    return expected_cost(time.perf_counter() - began, PROBE_S)


def _store(settings: Settings) -> ModelStore | None:
    folder = Path(settings.model).expanduser()
    return ModelStore(folder) if is_store(folder) else None


@asynccontextmanager
async def _following(service: Service, store: ModelStore) -> AsyncIterator[None]:
    """Serve whatever the store points at: it is looked at every so often, and on SIGHUP."""
    reloader = Reloader(service, store)
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGHUP, reloader.wake)
    try:
        async with reloader.following():
            yield
    finally:
        loop.remove_signal_handler(signal.SIGHUP)


async def _unless_stopped(stop: asyncio.Event, settings: Settings) -> Opened | None:
    """The model, or None where a signal came first."""
    loading = asyncio.create_task(asyncio.to_thread(load_model, settings))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({loading, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    return await loading if loading.done() else None


@asynccontextmanager
async def listening(
    app: web.Application, public: socket.socket, settings: Settings
) -> AsyncIterator[web.AppRunner]:
    """An application behind a socket for as long as the block lasts, with all its limits."""
    runner = web.AppRunner(
        app,
        access_log=None,
        keepalive_timeout=settings.keepalive_ms / 1000,  # aiohttp would wait an hour
        shutdown_timeout=SHUTDOWN_S,
        auto_decompress=False,  # a small request would unpack into gigabytes
    )
    await runner.setup()
    try:
        await LimitedSite(
            runner,
            public,
            most=settings.max_connections,
            per_address=settings.max_connections_per_address,
            is_trusted=partial(is_one_of, proxies=settings.trusted_proxies),
            stall_s=settings.stall_ms / 1000,
        ).start()
        yield runner
    finally:
        await runner.cleanup()


def _stop_on_signals() -> asyncio.Event:
    """Set by the first signal; the second ends the process."""
    stop = asyncio.Event()

    def receive(number: int) -> None:
        if stop.is_set():
            os._exit(128 + number)  # what hangs may be a thread, which nothing else ends
        stop.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, receive, number)
    return stop


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """With uvloop a message costs half; there is none for Windows."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


def _log_ready(service: Service, internal: socket.socket) -> None:
    host, port = internal.getsockname()[:2]
    extra = {
        "model": service.model.name,
        "version": service.model.version,
        "runtime": service.answering.classifier.runtime,
        "metrics": f"http://{host}:{port}/metrics",
    }
    logger.info("ready", extra=extra)


def _print(url: str) -> None:
    sys.stdout.write(f"{url}\n")
    sys.stdout.flush()
