"""A real server and a real Chromium whose microphone plays a recording."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Playwright,
    expect,
    sync_playwright,
)

from tests.voice import Pcm

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data"

QUIET = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
]
MICROPHONE = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]

OpenPage = Callable[..., Page]
Launch = Callable[..., Browser]

WAIT_MS = 45_000
"""A machine that does other things too needs its time."""

expect.set_options(timeout=WAIT_MS)


@contextmanager
def serving(*arguments: str) -> Iterator[str]:
    """The bundled model behind the real server, on a free port: its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "server.cli", "serve", "--port", "0", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout
    line = process.stdout.readline()
    try:
        assert line.startswith("http://"), f"the server said {line!r}"
        yield line.split()[0].rstrip("/")
    finally:
        process.terminate()
        process.wait(timeout=20)
        process.stdout.close()


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    with serving() as url:
        yield url


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Not for the whole session: while its event loop runs, asyncio's tests cannot have theirs."""
    with sync_playwright() as running:
        yield running


def launch(playwright: Playwright, *flags: str) -> Browser:
    """A Chromium: the system's, else Playwright's own."""
    return playwright.chromium.launch(
        executable_path=shutil.which("chromium"), args=[*QUIET, *flags], headless=True
    )


@pytest.fixture(scope="module")
def launch_once(playwright: Playwright) -> Iterator[Launch]:
    """The same Chromium for the same flags: to start one costs more than most tests."""
    browsers: dict[tuple[str, ...], Browser] = {}

    def launch_it(*flags: str) -> Browser:
        if flags not in browsers:
            browsers[flags] = launch(playwright, *flags)
        return browsers[flags]

    yield launch_it
    for browser in browsers.values():
        browser.close()


@pytest.fixture(scope="session")
def artifacts() -> Path:
    """Where screenshots are kept, to be looked at."""
    folder = ROOT / "artifacts" / "browser"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def open_page(playwright: Playwright, launch_once: Launch, server_url: str) -> Iterator[OpenPage]:
    """Open the page as a person would who was never there, with a recording at the microphone.

    `flags` stand for those of the fake microphone, `script` runs before the page's own.
    """
    opened: list[BrowserContext | Browser] = []

    def open_it(
        recording: Path | None = None,
        *,
        allow: bool = True,
        url: str = server_url,
        flags: Sequence[str] | None = None,
        script: str = "",
        **options: Any,
    ) -> Page:
        args = [*(MICROPHONE[: 2 if allow else 1] if flags is None else flags)]
        if recording:  # The browser's own: it sounds in one alone.
            args.append(f"--use-file-for-fake-audio-capture={recording}%noloop")
            browser = launch(playwright, *args)
            opened.append(browser)
        else:
            browser = launch_once(*args)
        context = browser.new_context(**options)
        opened.append(context)
        if allow:
            context.grant_permissions(["microphone"], origin=url)
        page = context.new_page()
        page.set_default_timeout(WAIT_MS)
        if script:
            page.add_init_script(script)
        page.goto(url)
        return page

    yield open_it
    for one in reversed(opened):
        one.close()


def write_wav(path: Path, pcm: Pcm, rate: int = 16000) -> Path:
    """A recording with silence behind it: the microphone goes on after the last word."""
    soundfile.write(path, np.concatenate([pcm, np.zeros(3 * rate, "<i2")]), rate)
    return path
