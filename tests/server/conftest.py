"""A tiny model, and real servers around it."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from classifier import Classifier, open_classifier
from server.inference import InferenceQueue
from server.settings import Settings
from tests.classifier import checkpoints
from tests.server.queues import Make
from tests.server.running import Running, running

EASY = {
    "temperature": 1.0,
    "uncertain_below": 0.0,
    "no_speech_above": 1.0,
    "least_voiced_ms": 0,
    "least_snr_db": -100.0,
    "most_clipped": 1.0,
}
"""A random network has an opinion on everything, so that labels can be compared."""

Start = Callable[..., Awaitable[Running]]


@pytest.fixture
def logging_as_before() -> Iterator[None]:
    """For who configures the logging of the process."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers = []
    yield
    root.handlers, root.level = handlers, level


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole model directory with a small random network. Not to be written to."""
    folder = tmp_path_factory.mktemp("models") / "tiny"
    network = checkpoints.save_checkpoint(checkpoints.group_norm_config(), folder)
    checkpoints.export_graph(network, folder / "model.onnx")
    description = {"name": "tiny", "version": "1-test", "calibration": EASY}
    (folder / "vivavoz.json").write_text(json.dumps(description))
    (folder / "report.json").write_text(json.dumps({"name": "tiny", "splits": {}}))
    return folder


@pytest.fixture(scope="session")
def classifier(tiny_model: Path) -> Classifier:
    """The tiny model on ONNX Runtime, warm."""
    opened = open_classifier(tiny_model, runtime="onnxruntime")
    opened.warm_up()
    return opened


@pytest.fixture
async def start(classifier: Classifier) -> AsyncIterator[Start]:
    """Starts a server on a port of its own; stopped after the test."""
    async with AsyncExitStack() as stack:

        async def begin(model: object = None, /, **settings: object) -> Running:
            token = settings.pop("token", None)
            return await stack.enter_async_context(
                running(model or classifier, Settings(**settings), token=token)
            )

        yield begin


@pytest.fixture
async def server(start: Start) -> Running:
    """One with the default settings."""
    return await start()


@pytest.fixture
async def make() -> AsyncIterator[Make]:
    """Builds inference queues; closed after the test."""
    async with AsyncExitStack() as stack:

        def build(model: Any, **options: Any) -> InferenceQueue:
            queue = InferenceQueue(model, **options)
            queue.start()
            stack.push_async_callback(queue.close)
            return queue

        yield build
