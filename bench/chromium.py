"""The page in a real Chromium, with a recording at its microphone."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bench.agreement import Heard
from bench.errors import BenchError

if TYPE_CHECKING:
    from playwright.sync_api import Page, WebSocket

WAIT_MS: Final = 60_000
"""For the page to open, and for the last answers."""
FLAGS: Final = (
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@dataclass(slots=True)
class Wire:
    """What the server said to a page.

    Attributes:
        connections: WebSockets that the page has opened.
        finals: the final verdicts, in the order they came, by utterance and segment.
    """

    connections: int = 0
    finals: list[tuple[tuple[int, int], Heard]] = field(default_factory=list)

    def follow(self, page: Page) -> None:
        """Listen to each connection that the page makes from now on."""
        page.on("websocket", lambda socket: self._open(socket))

    def _open(self, socket: WebSocket) -> None:
        self.connections += 1
        socket.on("framereceived", lambda payload: self._keep(payload))

    def _keep(self, payload: str | bytes) -> None:
        message: dict[str, Any] = json.loads(payload)
        if message["type"] == "emotion" and message["final"]:
            key = message["utterance_id"], message["segment"]
            self.finals.append((key, Heard.of(message)))


@contextmanager
def open_page(url: str, recording: Path) -> Iterator[Page]:
    """The page, opened, in a browser of its own for as long as the block lasts.

    Args:
        url: of the server.
        recording: a WAV, which begins to sound when the page opens the microphone.

    Raises:
        BenchError: there is no Playwright or no Chromium, or the page does not do as it should.
    """
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        raise BenchError(
            "playwright is not installed; pip install 'vivavoz[dev]', and where there is no "
            "Chromium: playwright install chromium"
        ) from None
    sandbox = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    microphone = f"--use-file-for-fake-audio-capture={recording}%noloop"
    try:
        with sync_playwright() as running:
            browser = running.chromium.launch(
                executable_path=shutil.which("chromium"), args=[*FLAGS, *sandbox, microphone]
            )
            try:
                context = browser.new_context()
                context.grant_permissions(["microphone"], origin=url)
                page = context.new_page()
                page.set_default_timeout(WAIT_MS)
                page.goto(url)
                yield page
            finally:
                browser.close()
    except Error as error:
        raise BenchError(f"Chromium: {error.message.strip().splitlines()[0]}") from None


def start(page: Page) -> None:
    """Press Start; returns when the session stands."""
    page.click("#start")
    page.wait_for_selector("#state[data-state=listening]")


def stop(page: Page) -> None:
    """Press Stop; returns when everything is answered."""
    page.click("#start")
    page.wait_for_selector("#state[data-state=closed]")


def save_sound(page: Page, path: Path) -> Path:
    """What the microphone gave in this session, as the page lets it be taken away: a WAV."""
    page.click("#export summary")
    with page.expect_download() as download:
        page.click("#export-wav")
    download.value.save_as(path)
    return path
