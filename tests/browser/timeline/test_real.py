"""The whole path: a voice at the microphone, the real server, the chart, and the voice again."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage, write_wav
from tests.browser.timeline.pages import place_of
from tests.voice import talk

pytestmark = pytest.mark.browser


def test_what_was_said_is_drawn_and_heard_again(
    open_page: OpenPage, tmp_path: Path, artifacts: Path
) -> None:
    recording = write_wav(tmp_path / "talk.wav", talk(silence=1, voice=1.8, pause=1.2, times=2))
    page = open_page(recording, viewport={"width": 1280, "height": 800})
    page.click("#start")
    rows = page.locator("#timeline li[data-final=true]")
    expect(rows).to_have_count(2)
    page.click("#start")
    expect(page.locator("#state")).to_have_attribute("data-state", "closed")
    first = rows.first
    start_ms, end_ms = (
        int(first.get_attribute(f"data-{edge}-ms") or "") for edge in ("start", "end")
    )
    page.locator("#chart").scroll_into_view_if_needed()
    page.mouse.click(*place_of(page, (start_ms + end_ms) / 2))
    expect(first).to_have_attribute("aria-current", "true")
    expect(page.locator("#player")).to_have_attribute("data-playing", "true")
    page.screenshot(path=artifacts / "listen-again.png")
    expect(page.locator("#player")).to_have_attribute("data-playing", "false")
    expect(page.locator("#trend li")).not_to_have_count(0)
    kept = int(page.locator("#player").get_attribute("data-bytes") or "")
    assert kept >= 2 * 16 * end_ms
    page.locator("#player .plain").click()
    expect(page.locator("#player")).to_have_attribute("data-bytes", "0")
