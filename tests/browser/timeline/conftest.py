"""The timeline by itself in a real Chromium: a made-up session, no server and no microphone."""

import functools
import http.server
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright, expect

from server.headers import HEADERS
from tests.browser.conftest import ROOT, WAIT_MS, launch
from tests.browser.timeline.pages import OpenTimeline, Page

PAGE = "tests/browser/timeline/page/index.html"
SIZE = {"width": 900, "height": 900}


class Files(http.server.SimpleHTTPRequestHandler):
    """The repository's files, under the content security policy of the real server."""

    extensions_map = {  # noqa: RUF012 - as the library has it
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".js": "text/javascript",
        ".mjs": "text/javascript",
    }

    def end_headers(self) -> None:
        name = "Content-Security-Policy"
        self.send_header(name, HEADERS[name])
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing: tests are silent."""


@pytest.fixture(scope="module")
def files_url() -> Iterator[str]:
    handler = functools.partial(Files, directory=str(ROOT))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    with launch(playwright) as running:
        yield running


@pytest.fixture
def open_timeline(browser: Browser, files_url: str) -> Iterator[OpenTimeline]:
    """Open the page; what it complains of fails the test."""
    errors: list[str] = []
    contexts = []

    def open_it(**options: Any) -> Page:
        context = browser.new_context(viewport=options.pop("viewport", SIZE), **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(WAIT_MS)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        page.goto(f"{files_url}/{PAGE}")
        expect(page.locator("body")).to_have_attribute("data-ready", "true")
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert errors == []
