"""What `vivavoz doctor` looks at, and the remedy for what it finds."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from enum import StrEnum
from typing import Final, NamedTuple
from urllib.parse import urlsplit

import numpy as np

from classifier import CanaryError, Classifier, ClassifierError
from classifier.canary import check_canaries, has_canaries
from classifier.source import find_model
from server.address import AddressError, check_exposure, open_socket, page_url
from server.command import CommandError, installed_version
from server.flags import read_settings
from server.healthcheck_command import fetch
from server.model_command import one_line, open_model
from server.settings import Settings

NEEDED: Final = (
    "aiohttp",
    "numpy",
    "onnxruntime",
    "prometheus-client",
    "pydantic",
    "pydantic-settings",
    "soundfile",
    "soxr",
    "webrtcvad-wheels",
    "websockets",
)
OPTIONAL: Final = {
    "uvloop": "a quicker event loop, not on Windows",
    "openvino": "large models on CPUs with bf16: pip install 'vivavoz[openvino]'",
    "torch": "the torch runtime and training: pip install 'vivavoz[torch]'",
    "transformers": "the torch runtime and training: pip install 'vivavoz[torch]'",
    "sounddevice": "vivavoz listen --mic: pip install 'vivavoz[mic]'",
}
RATE: Final = 16000
TONE_S: Final = 3
SLOW_MS: Final = 1000
"""Labels would come later than the next ones are due."""

SECURE_HOSTS: Final = frozenset({"localhost", "127.0.0.1", "::1"})
FETCH_S: Final = 3.0


class State(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


class Finding(NamedTuple):
    """One line of the doctor's.

    Attributes:
        state: whether something has to be done.
        what: was looked at.
        text: what is the case, and the remedy.
    """

    state: State
    what: str
    text: str


def check_python() -> Iterator[Finding]:
    """The interpreter."""
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding(State.OK, "python", f"{version} at {sys.executable}")


def check_packages() -> Iterator[Finding]:
    """What is installed, the needed packages on one line and each optional one on its own."""
    versions = {name: installed_version(name) for name in NEEDED}
    missing = [name for name, version in versions.items() if version is None]
    if missing:
        text = f"missing: {', '.join(missing)}; pip install {' '.join(missing)}"
        yield Finding(State.PROBLEM, "packages", text)
    found = ", ".join(f"{name} {version}" for name, version in versions.items() if version)
    yield Finding(State.OK, "packages", found)
    for name, use in OPTIONAL.items():
        version = installed_version(name)
        yield Finding(State.OK, name, version or f"not installed; only for {use}")


def check_model(arguments: argparse.Namespace) -> Iterator[Finding]:
    """Whether the model opens, how long an answer takes, what runs it, and whether it is whole."""
    try:
        model = open_model(arguments)
        took_ms = _answer_ms(model)
    except (CommandError, ClassifierError) as error:
        yield Finding(State.PROBLEM, "model", one_line(error))
        return
    text = f"{model.name} {model.version} by {model.runtime}: {TONE_S} s answered in {took_ms} ms"
    if took_ms > SLOW_MS:
        yield Finding(
            State.WARNING, "model", f"{text}; slow: take a smaller model or more --threads"
        )
    else:
        yield Finding(State.OK, "model", text)
    yield Finding(State.OK, "runtime", str(model.choice))
    yield _check_canaries(model, read_settings(arguments).model)


def _check_canaries(model: Classifier, source: str) -> Finding:
    """Whether it still answers what it answered when it was packed."""
    folder = find_model(source).folder
    if not has_canaries(folder):
        return Finding(State.OK, "canaries", "none travel with this model; only its files speak")
    try:
        check_canaries(model, folder)
    except (CanaryError, ClassifierError) as error:
        return Finding(State.PROBLEM, "canaries", one_line(error))
    return Finding(State.OK, "canaries", "answered as when the model was packed")


def _answer_ms(model: Classifier) -> int:
    model.warm_up()
    tone = np.sin(np.arange(TONE_S * RATE) * 2 * np.pi * 220 / RATE)
    start = time.perf_counter()
    model.classify((tone * 8000).astype(np.int16))
    return round((time.perf_counter() - start) * 1000)


def check_server(settings: Settings, url: str | None) -> Iterator[Finding]:
    """Whether a server runs, or could, and whether its page may open a microphone.

    Args:
        settings: of the server here.
        url: of a server to look at instead.
    """
    base = (url or f"http://{_local(settings.host)}:{settings.port}").rstrip("/")
    try:
        fetch(f"{base}/healthz", FETCH_S)
    except CommandError as error:
        if url:
            yield Finding(State.PROBLEM, "server", f"{error}; start it: vivavoz serve")
        else:
            yield from _check_port(settings)
        return
    yield Finding(State.OK, "server", f"runs at {base}")
    yield _check_readiness(base)
    yield _check_page(base)


def _check_port(settings: Settings) -> Iterator[Finding]:
    """Nobody answers: whether a server could start here."""
    where = f"{settings.host}:{settings.port}"
    try:
        with open_socket(settings.host, settings.port) as listening:
            page = page_url(settings.host, listening)
        has_token = settings.token_file is not None
        check_exposure(settings.host, has_token=has_token, is_open=settings.open)
    except AddressError as error:
        yield Finding(State.PROBLEM, "port", str(error))
        return
    yield Finding(State.OK, "port", f"{where} is free; no server runs: vivavoz serve starts one")
    yield check_secure(page)


def _check_readiness(base: str) -> Finding:
    try:
        fetch(f"{base}/readyz", FETCH_S)
    except CommandError as error:
        return Finding(State.WARNING, "server", f"alive, but takes no session now: {error}")
    return Finding(State.OK, "server", "takes sessions")


def _check_page(base: str) -> Finding:
    try:
        page = fetch(f"{base}/", FETCH_S)
    except CommandError as error:
        return Finding(State.PROBLEM, "page", f"{error}; reinstall vivavoz")
    if b"<html" not in page.lower():
        return Finding(State.PROBLEM, "page", f"{base}/ is no page; is it a vivavoz server?")
    return check_secure(base)


def check_secure(page: str) -> Finding:
    """Whether a browser lets this page have a microphone."""
    parts = urlsplit(page)
    if parts.scheme == "https" or parts.hostname in SECURE_HOSTS:
        return Finding(State.OK, "page", f"a browser lets {page} open the microphone")
    remedy = "put a proxy that speaks https before the server"
    text = f"a browser lets no page of {page} open the microphone, only http://localhost and https"
    return Finding(State.WARNING, "page", f"{text}; {remedy}")


def _local(host: str) -> str:
    """The address under which this machine reaches a server that listens on `host`."""
    if host in {"0.0.0.0", "::", ""}:  # noqa: S104 - compared, not listened on
        return "localhost"
    return f"[{host}]" if ":" in host else host
