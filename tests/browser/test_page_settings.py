"""Settings reach the running session, are remembered, and go back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.browser

TELLING = {"session.created", "session.updated"}


def watch(page: Page) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What the page says to the server, and what it hears."""
    said: list[dict[str, Any]] = []
    heard: list[dict[str, Any]] = []

    def keep(to: list[dict[str, Any]], payload: str | bytes) -> None:
        if isinstance(payload, str):
            to.append(json.loads(payload))

    def follow(socket: Any) -> None:
        socket.on("framesent", lambda payload: keep(said, payload))
        socket.on("framereceived", lambda payload: keep(heard, payload))

    page.on("websocket", follow)
    return said, heard


def start(page: Page) -> None:
    page.click("#start")
    expect(page.locator("#state")).to_have_attribute("data-state", "listening")


def last(messages: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    return [message for message in messages if message["type"] == kind][-1]


def in_force(heard: list[dict[str, Any]]) -> dict[str, Any]:
    """What the server said last of the settings."""
    config: dict[str, Any] = [m for m in heard if m["type"] in TELLING][-1]["config"]
    return config


def test_a_change_reaches_the_session_under_way(open_page: OpenPage) -> None:
    page = open_page()
    _, heard = watch(page)
    start(page)
    first = last(heard, "session.created")["config"]
    page.click("#settings-open")
    expect(page.locator("#setting-hangover")).to_have_value(str(first["vad"]["hangover_ms"]))
    page.locator("#setting-hangover").fill("900")
    page.select_option("#setting-sensitivity", "3")
    page.uncheck("#setting-interim")
    expect(page.locator("#setting-hangover-value")).to_have_text("900 ms")
    until(page, heard, lambda config: config["interim_ms"] == 0)
    config = in_force(heard)
    assert (config["vad"]["hangover_ms"], config["vad"]["aggressiveness"]) == (900, 3)
    untouched = first["vad"].keys() - {"hangover_ms", "aggressiveness"}
    assert all(config["vad"][name] == first["vad"][name] for name in untouched)

    page.click("#settings-reset")
    until(page, heard, lambda config: config == first)
    expect(page.locator("#setting-hangover")).to_have_value(str(first["vad"]["hangover_ms"]))
    expect(page.locator("#setting-interim")).to_be_checked()


def until(page: Page, heard: list[dict[str, Any]], holds: Any) -> None:
    """Until the server says that this is in force; it answers each change."""
    while not holds(in_force(heard)):
        page.evaluate("() => new Promise(requestAnimationFrame)")


def test_what_was_chosen_is_there_again_and_begins_the_next_session(open_page: OpenPage) -> None:
    page = open_page()
    page.click("#settings-open")
    page.locator("#setting-hangover").fill("700")
    page.select_option("#setting-theme", "dark")
    page.reload()
    said, heard = watch(page)
    page.click("#settings-open")
    expect(page.locator("#setting-hangover")).to_have_value("700")
    page.keyboard.press("Escape")
    dark = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    assert dark == "rgb(18, 18, 20)"
    start(page)
    assert last(said, "session.start")["vad"] == {"hangover_ms": 700}
    assert last(heard, "session.created")["config"]["vad"]["hangover_ms"] == 700
    assert "interim_ms" not in last(said, "session.start")


def test_a_browser_that_stores_nothing_is_no_failure(open_page: OpenPage) -> None:
    script = """
      const get = () => { throw new DOMException("", "SecurityError"); };
      Object.defineProperty(window, "localStorage", {get});
    """
    page = open_page(script=script)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.click("#settings-open")
    page.locator("#setting-hangover").fill("700")
    page.keyboard.press("Escape")
    start(page)
    assert errors == []
