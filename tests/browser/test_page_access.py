"""For everyone: axe finds nothing, the keyboard reaches everything, every width holds it all."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Final, Literal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT, OpenPage, serving
from tests.browser.test_page_files import analysed, write

pytestmark = pytest.mark.browser

AXE = ROOT / "tools" / "page" / "node_modules" / "axe-core" / "axe.min.js"
WIDTHS = (320, 390, 768, 1024, 1280, 1920, 3840)
SEEN = (320, 1280)
"""Those of which a picture is kept to be looked at: it costs more than to measure."""
THEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def collecting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that takes corrections, so that every part of the page is there."""
    with serving("--feedback-dir", str(tmp_path_factory.mktemp("feedback"))) as url:
        yield url


def faults(page: Page) -> list[str]:
    """What axe finds, one line for each place."""
    # Colours on their way are no colours yet.
    page.evaluate("() => Promise.all(document.getAnimations().map(a => a.finished.catch(() => 0)))")
    found = page.evaluate("tags => axe.run(document, {runOnly: tags})", TAGS)
    assert len(found["passes"]) > 10
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed: make browser does it")
@pytest.mark.parametrize("locale", ["en-US", "es-ES"])
def test_axe_finds_nothing(
    open_page: OpenPage, collecting: str, tmp_path: Path, locale: str
) -> None:
    page = open_page(
        url=collecting,
        locale=locale,
        reduced_motion="reduce",
        script=AXE.read_text(encoding="utf-8"),
    )
    found: dict[str, list[str]] = {}

    def look(state: str) -> None:
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            found[f"{state}, {theme}"] = faults(page)

    look("at the start")
    page.click("#settings-open")
    look("settings")
    page.keyboard.press("Escape")
    page.click("#about-open")
    expect(page.locator("#about")).to_have_attribute("data-state", "shown")
    look("the model")
    page.keyboard.press("Escape")
    analysed(page, write(tmp_path / "talk.wav"))
    page.locator("#timeline li .row-listen").first.click()
    if page.locator("#correct-wrong").is_visible():
        page.click("#correct-wrong")
    page.click("#export summary")
    look("after a recording")
    page.click("#start")
    expect(page.locator("#state")).to_have_attribute("data-state", "listening")
    look("listening")
    page.set_viewport_size({"width": 390, "height": 844})
    look("on a phone")
    assert {place: lines for place, lines in found.items() if lines} == {}


def test_the_keyboard_reaches_and_leaves_everything(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page()
    analysed(page, write(tmp_path / "talk.wav"))
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("() => document.activeElement.id"))
        if reached[-1] == "" and page.evaluate("() => document.activeElement === document.body"):
            break
    wanted = {"about-open", "settings-open", "language", "start", "file-open", "chart", "history"}
    assert wanted <= set(reached)
    page.focus("#settings-open")
    page.keyboard.press("Enter")
    expect(page.locator("#settings")).to_be_visible()
    for _ in range(12):  # Round and round within the sheet.
        page.keyboard.press("Tab")
        # The browser's own buttons come between its last and its first.
        within = "[document.body, ...settings.querySelectorAll('*')]"
        assert page.evaluate(f"() => {within}.includes(document.activeElement)")
    page.keyboard.press("Escape")
    expect(page.locator("#settings")).to_be_hidden()
    expect(page.locator("#settings-open")).to_be_focused()
    page.focus("#start")
    page.keyboard.press("Enter")
    expect(page.locator("#state")).to_have_attribute("data-state", "listening")
    page.keyboard.press("Space")
    expect(page.locator("#state")).to_have_attribute("data-state", "closed")


OVER = """() => [...document.querySelectorAll("body *")]
  .filter(element => {
    const box = element.getBoundingClientRect();
    return box.width > 1 && box.height > 1 && box.right > innerWidth + 1
      && !element.closest(".wide, .verdicts-box, .light, svg");
  })
  .map(element => element.outerHTML.slice(0, 90))"""
"""What hangs over the right edge, though nothing there is made to be scrolled."""


def test_nothing_hangs_over_the_edge(open_page: OpenPage, tmp_path: Path, artifacts: Path) -> None:
    page = open_page(locale="es-ES")
    analysed(page, write(tmp_path / "talk.wav"))
    found: dict[str, list[str]] = {}

    def look(state: str) -> None:
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": max(640, width * 9 // 16)})
            found[f"{state}, {width}"] = page.evaluate(OVER)
            assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
            if width in SEEN:
                page.screenshot(path=artifacts / f"{state}-{width}.png")

    look("stopped")
    page.click("#settings-open")
    look("settings")
    page.keyboard.press("Escape")
    page.click("#start")  # Chromium's own sound is a beep, which is too loud.
    expect(page.locator("#level-word")).not_to_be_empty()
    look("listening")
    page.set_viewport_size({"width": WIDTHS[0], "height": 640})
    # Beside the button there is little room.
    assert page.locator(".meters").evaluate("box => box.scrollWidth <= box.clientWidth")
    assert {place: elements for place, elements in found.items() if elements} == {}


def test_final_verdicts_are_said_in_one_polite_log_and_not_one_by_one(
    open_page: OpenPage, tmp_path: Path
) -> None:
    script = """
      window.lines = [];
      addEventListener("DOMContentLoaded", () => new MutationObserver(changes => {
        for (const change of changes) for (const node of change.addedNodes) {
          lines.push([performance.now(), node.textContent]);
        }
      }).observe(document.getElementById("log"), {childList: true}));
    """
    recording = write(tmp_path / "talk.wav")
    page = open_page(recording, script=script)
    log = page.locator("#log")
    expect(log).to_have_attribute("role", "log")
    expect(log).to_have_attribute("aria-live", "polite")
    seen = analysed(page, recording)
    lines = page.evaluate("() => lines")
    assert len(lines) == 1
    assert lines[0][1].count(" to ") == len(seen) == 3
    # Interim results are nothing to be read out.
    page.click("#start")
    finals = page.locator("#timeline li[data-final=true]")
    expect(finals).to_have_count(3)
    last = int(finals.nth(2).get_attribute("data-start-ms") or 0)
    expect(log).to_contain_text(f"0:{last // 1000:02} to")
    told = page.evaluate("() => lines")
    assert sum(line.count(" to ") for _, line in told[1:]) == 3
    times = [time for time, _ in told]
    assert all(later - earlier >= 1990 for earlier, later in pairwise(times))


def test_nothing_moves_for_who_wants_it_so(open_page: OpenPage) -> None:
    page = open_page(reduced_motion="reduce")
    page.click("#settings-open")
    moving = page.evaluate(
        "() => document.getAnimations().filter(a => a.effect.getTiming().duration > 1).length"
    )
    assert moving == 0
