"""The command line as a user meets it: another process, and a server in a third."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import soundfile

from tests.voice import talk

ROOT = Path(__file__).parents[2]


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "server.cli", *map(str, arguments)]


def environment(**variables: str) -> dict[str, str]:
    """Ours, without settings of the developer's."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("VIVAVOZ_")}
    return kept | variables


def run(*arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    options.setdefault("env", environment())
    return subprocess.run(
        command(*arguments), capture_output=True, text=True, timeout=60, cwd=ROOT, **options
    )


@contextmanager
def started(*arguments: str | Path, **options: Any) -> Iterator[subprocess.Popen[str]]:
    """A command under way; killed if it does not end by itself."""
    options.setdefault("env", environment())
    process = subprocess.Popen(
        command(*arguments),
        stdout=subprocess.PIPE,
        stderr=options.pop("stderr", subprocess.PIPE),
        text=True,
        cwd=ROOT,
        **options,
    )
    try:
        with process:
            yield process
            process.kill()
    finally:
        process.kill()


@contextmanager
def serving(model: Path, *flags: str | Path) -> Iterator[str]:
    """``vivavoz serve``. Gives the address that it prints."""
    arguments = ("serve", "--port", "0", "--model", model, *flags)
    with started(*arguments, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()
        assert process.wait(20) == 0


def write_recording(path: Path, *, times: int = 2, rate: int = 16000) -> Path:
    """A file with so many utterances."""
    sound = talk(silence=0.4, voice=1.2, pause=0.7, times=times, rate=rate)
    soundfile.write(path, sound, rate)
    return path
