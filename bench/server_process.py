"""A server of our own to measure: ``vivavoz serve`` in a process by itself."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Final, NamedTuple

from bench.errors import ServerError

TOP: Final = Path(__file__).resolve().parent.parent
READY_S: Final = 60.0
STOP_S: Final = 15.0
LOOK_EVERY_S: Final = 0.01
LOCAL: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Server(NamedTuple):
    """Where a server is.

    Attributes:
        url: of the server.
        metrics_url: of its metrics, None if they are out of reach.
        pid: of its process, None if it runs elsewhere.
        model: name, version and runtime, empty if it was not asked.
        ready_s: from the start of its process until it was ready, None if it ran already.
        said: the file of all that it says, None if it ran already; see `words`.
    """

    url: str
    metrics_url: str | None
    pid: int | None
    model: str = ""
    ready_s: float | None = None
    said: IO[bytes] | None = None


@contextmanager
def serve(model: str, *flags: str) -> Iterator[Server]:
    """A server that is ready, for as long as the block lasts.

    Args:
        model: see `classifier.open_classifier`; a folder is looked for from here.
        flags: further ones of ``vivavoz serve``.

    Raises:
        ServerError: it does not get ready; with the last it said.
    """
    port, metrics_port = free_ports(2)
    folder = Path(model).expanduser()
    command = [
        *(sys.executable, "-m", "server.cli", "serve"),
        *("--host", "127.0.0.1", "--port", str(port)),
        *("--metrics-host", "127.0.0.1", "--metrics-port", str(metrics_port)),
        *("--model", str(folder.resolve()) if folder.is_dir() else model),
        *flags,
    ]
    began_s = time.monotonic()
    with started(command) as (process, said):
        url = f"http://127.0.0.1:{port}"
        _await_ready(process, f"{url}/readyz", said)
        ready_s = time.monotonic() - began_s
        metrics_url = f"http://127.0.0.1:{metrics_port}/metrics"
        yield Server(url, metrics_url, process.pid, read_model(url), ready_s, said)


@contextmanager
def started(command: Sequence[str]) -> Iterator[tuple[subprocess.Popen[bytes], IO[bytes]]]:
    """A server's process and the file of all that it says, for as long as the block lasts."""
    with TemporaryFile() as said:
        process = subprocess.Popen(
            command, cwd=TOP, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT
        )
        try:
            yield process, said
        finally:
            stop(process)


def words(said: IO[bytes]) -> str:
    """All that a process said so far."""
    said.seek(0)
    return said.read().decode(errors="replace")


def last_words(said: IO[bytes]) -> str:
    """The last lines of it, on one."""
    return " / ".join(words(said).strip().splitlines()[-3:]) or "it said nothing"


def read_model(url: str) -> str:
    """Name, version and runtime of the model that a server answers with.

    Raises:
        ServerError: it does not say.
    """
    try:
        with LOCAL.open(f"{url}/v1/model", timeout=READY_S) as answer:
            facts = json.load(answer)
        precision = f" {facts['precision']}" if "precision" in facts else ""
        return f"{facts['name']} {facts['version']} ({facts['runtime']}{precision})"
    except (OSError, ValueError, KeyError) as error:
        raise ServerError(f"{url} does not say which model it has: {error}") from error


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on just now, all different."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(one.getsockname()[1]) for one in sockets]
    for one in sockets:
        one.close()
    return ports


def _await_ready(process: subprocess.Popen[bytes], url: str, said: IO[bytes]) -> None:
    until = time.monotonic() + READY_S
    while process.poll() is None and time.monotonic() < until:
        try:
            with LOCAL.open(url, timeout=1):
                return
        except OSError:  # refused, or 503 while the model warms up
            time.sleep(LOOK_EVERY_S)
    state = "ended" if process.poll() is not None else f"was not ready within {READY_S:g} s"
    raise ServerError(f"the server {state}: {last_words(said)}")


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a server: as it wants to, or in `STOP_S` all the same."""
    process.terminate()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
