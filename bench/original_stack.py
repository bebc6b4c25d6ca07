"""The thesis's stack as a process: gunicorn with three workers around `bench.original_app`."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from bench.errors import MissingPackageError, ServerError
from bench.server_process import Server, free_ports, last_words, started, words

WORKERS: Final = 3
LOADED: Final = "a worker has its model"
"""What `bench.original_app` says; importing it here would load torch."""
READY_S: Final = 240.0
LOOK_EVERY_S: Final = 0.1
NEEDED: Final = (("flask", "bench"), ("gunicorn", "bench"), ("torch", "torch"))


@contextmanager
def original_stack(model: Path, workers: int = WORKERS) -> Iterator[Server]:
    """The stack with a model in each worker, for as long as the block lasts.

    Args:
        model: a folder with a checkpoint.
        workers: processes.

    Raises:
        MissingPackageError: Flask, gunicorn or torch is not installed.
        ServerError: it does not get ready; with the last it said.
    """
    for package, extra in NEEDED:
        if find_spec(package) is None:
            raise MissingPackageError(package, extra)
    (port,) = free_ports(1)
    command = [
        *(sys.executable, "-m", "gunicorn", "-w", str(workers), "-b", f"127.0.0.1:{port}"),
        *("--timeout", "240", f"bench.original_app:create_app({str(model.resolve())!r})"),
    ]
    began_s = time.monotonic()
    with started(command) as (process, said):
        while words(said).count(LOADED) < workers:
            if process.poll() is not None or time.monotonic() - began_s > READY_S:
                raise ServerError(f"the original stack does not start: {last_words(said)}")
            time.sleep(LOOK_EVERY_S)
        ready_s = time.monotonic() - began_s
        yield Server(f"http://127.0.0.1:{port}/predict", None, process.pid, ready_s=ready_s)
