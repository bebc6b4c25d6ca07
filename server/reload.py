"""A promoted model takes over while sessions run.

The pointer of a model store is looked at every so often, and at once on SIGHUP. What it points at
is opened, warmed up and asked its canaries in a thread, while the old model goes on answering;
only then it takes over. What is not fit to serve is refused, and nobody notices.

Errors:
    * :exc:`UnfitError`: a model that is not served, and why.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from classifier import (
    CanaryError,
    Classifier,
    ClassifierError,
    LogitsError,
    ModelStore,
    StoreError,
    open_classifier,
)
from classifier.canary import check_canaries
from server.rest import read_report
from server.service import Service
from server.settings import Settings

logger = logging.getLogger(__name__)


class UnfitError(Exception):
    """A model that is not served.

    Attributes:
        cause: for the metrics: ``store``, ``files``, ``answers``, ``canary`` or ``labels``.
    """

    def __init__(self, cause: str, message: str) -> None:
        super().__init__(message)
        self.cause = cause


@dataclass(frozen=True, slots=True)
class Opened:
    """A model that is fit to serve.

    Attributes:
        classifier: warm.
        report: what was measured of it; None where nothing readable is there.
    """

    classifier: Classifier
    report: dict[str, Any] | None


def open_model(source: str | Path, settings: Settings) -> Classifier:
    """A model with the runtime of the settings, warm.

    Raises:
        ClassifierError: it cannot be opened, or fails on silence.
    """
    classifier = open_classifier(
        source,
        runtime=settings.runtime,
        precision=settings.precision,
        threads=settings.threads,
        online=settings.online,
        allow_pickle=settings.allow_pickle,
    )
    classifier.warm_up(settings.workers + bool(settings.lead_ms))  # one thread more looks ahead
    return classifier


def open_version(
    store: ModelStore, version: str, settings: Settings, labels: Collection[str] | None = None
) -> Opened:
    """A version of a store, warm and checked.

    Args:
        store: that holds it.
        version: to open.
        settings: for the runtime.
        labels: that it has to have; None for any.

    Raises:
        UnfitError: it is not fit to serve.
    """
    try:
        folder = store.version_folder(version)
        classifier = open_model(folder, settings)
        check_canaries(classifier, folder)
    except ClassifierError as error:
        raise UnfitError(_cause(error), " ".join(str(error).split())) from error
    except Exception as error:  # whatever a library makes of such files
        raise UnfitError("files", f"{type(error).__name__}: {error}") from error
    if classifier.version != version:
        raise UnfitError("files", f"{folder} holds version {classifier.version}, not {version}")
    if labels is not None and set(labels) != set(classifier.labels):
        raise UnfitError(
            "labels",
            f"{version} knows {', '.join(classifier.labels)}, and clients were told "
            f"{', '.join(labels)}; start the server anew to serve it",
        )
    return Opened(classifier, read_report(folder))


def open_newest(store: ModelStore, settings: Settings) -> Opened:
    """The version that a store points at, or, where that one is unfit, the last one that is fit.

    Raises:
        StoreError: the pointer is broken, or nothing that it knows is fit to serve.
    """
    pointer = store.pointer()
    for version in (pointer.current, *reversed(pointer.history)):
        try:
            return open_version(store, version, settings)
        except UnfitError as error:
            logger.error("a model is refused", extra={"version": version, "why": str(error)})
            last = error
    raise StoreError(f"no version in {store.folder} is fit to serve; the last said: {last}")


class Reloader:
    """Follows a store's pointer for a service.

    Args:
        service: whose model is replaced; its settings say how often to look.
        store: to follow.
    """

    def __init__(self, service: Service, store: ModelStore) -> None:
        self._service = service
        self._store = store
        self._tried: str | None = None
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Look now, and also at what was refused before. Called on the event loop."""
        self._woken.set()

    @asynccontextmanager
    async def following(self) -> AsyncIterator[None]:
        """Follow the pointer as long as the block lasts."""
        task = asyncio.create_task(self._follow())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def look(self) -> None:
        """Serve what the pointer says, unless that is served already, or was refused just now.

        Nothing is raised for what is in the store: that is logged and counted.
        """
        try:
            version = (await asyncio.to_thread(self._store.pointer)).current
        except StoreError as error:
            self._refuse("pointer", UnfitError("store", str(error)))
            return
        serving = self._service.model
        if version == serving.version:
            self._tried = None
            return
        if version == self._tried:
            return
        try:
            opened = await asyncio.to_thread(
                open_version, self._store, version, self._service.settings, serving.labels
            )
        except UnfitError as error:
            self._refuse(version, error)
            return
        self._service.change_model(opened.classifier, opened.report)
        logger.info("another model serves", extra={"version": version, "before": serving.version})

    async def _follow(self) -> None:
        every_s = self._service.settings.model_poll_ms / 1000 or None
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), every_s)
            if self._woken.is_set():
                self._woken.clear()
                self._tried = None
            await self.look()

    def _refuse(self, version: str, error: UnfitError) -> None:
        """Say it once for each change of the pointer."""
        if self._tried == version:
            return
        self._tried = version
        self._service.metrics.refused_models.labels(error.cause).inc()
        extra = {
            "version": version,
            "cause": error.cause,
            "why": str(error),
            "serving": self._service.model.version,
        }
        logger.error("a model is refused; the old one serves on", extra=extra)


def _cause(error: ClassifierError) -> str:
    if isinstance(error, CanaryError):
        return "canary"
    if isinstance(error, LogitsError):
        return "answers"
    return "store" if isinstance(error, StoreError) else "files"
