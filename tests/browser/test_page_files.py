"""A recording instead of the microphone: chosen or dropped, and drawn as what is said live."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, serving
from tests.browser.test_live import classify, finals, verdict_of
from tests.voice import talk

pytestmark = pytest.mark.browser

STAGES = """
window.stages = [];
addEventListener("DOMContentLoaded", () => {
  const place = document.getElementById("file-state");
  const keep = () => stages.push(place.dataset.stage);
  new MutationObserver(keep).observe(place, {attributeFilter: ["data-stage"]});
});
"""


def write(path: Path, **options: Any) -> Path:
    soundfile.write(path, talk(silence=0.5, voice=1.6, pause=0.9, times=3), 16000, **options)
    return path


def analysed(page: Page, recording: Path) -> list[dict[str, str]]:
    # A recording before this one has left its "done" there.
    page.locator("#file-state").evaluate("place => delete place.dataset.stage")
    page.set_input_files("#file", recording)
    expect(page.locator("#file-state")).to_have_attribute("data-stage", "done", timeout=60_000)
    expect(page.locator("#state")).to_have_attribute("data-state", "closed")
    return finals(page)


@pytest.mark.parametrize("name", ["talk.wav", "talk.flac", "talk.ogg"])
def test_a_recording_is_shown_as_the_command_line_has_it(
    open_page: OpenPage, tmp_path: Path, name: str
) -> None:
    recording = write(tmp_path / name)
    told = classify(recording)
    page = open_page(script=STAGES)
    seen = analysed(page, recording)
    shown = [
        (int(row["startMs"]), int(row["endMs"]), row["label"] or row["reason"]) for row in seen
    ]
    assert len(shown) >= 3
    assert shown == [(s["start_ms"], s["end_ms"], verdict_of(s)) for s in told]
    expect(page.locator("#file-word")).to_contain_text(name)
    expect(page.locator("#summary")).to_be_visible()
    expect(page.locator("#chart-box")).to_be_visible()
    expect(page.locator("#latency")).to_be_hidden()
    stages = page.evaluate("() => stages")
    assert stages[0] == "reading"
    assert stages[-1] == "done"
    # It can be heard, too: its sound is here, whole.
    assert int(page.locator("#player").get_attribute("data-bytes") or 0) > 100_000


def test_settings_are_those_of_the_page(open_page: OpenPage, tmp_path: Path) -> None:
    recording = write(tmp_path / "talk.wav")
    page = open_page()
    assert len(analysed(page, recording)) == 3
    page.click("#settings-open")
    page.locator("#setting-hangover").fill("1500")
    page.keyboard.press("Escape")
    assert len({row["utterance"] for row in analysed(page, recording)}) == 1


def test_a_recording_is_dropped_on_the_page(open_page: OpenPage, tmp_path: Path) -> None:
    content = base64.b64encode(write(tmp_path / "talk.wav").read_bytes()).decode()
    page = open_page()
    transfer = page.evaluate_handle(
        """content => {
          const bytes = Uint8Array.from(atob(content), letter => letter.charCodeAt(0));
          const transfer = new DataTransfer();
          transfer.items.add(new File([bytes], "dropped.wav"));
          return transfer;
        }""",
        content,
    )
    page.dispatch_event("body", "dragover", {"dataTransfer": transfer})
    expect(page.locator("#drop")).to_be_visible()
    page.dispatch_event("body", "drop", {"dataTransfer": transfer})
    expect(page.locator("#drop")).to_be_hidden()
    expect(page.locator("#file-state")).to_have_attribute("data-stage", "done", timeout=60_000)
    expect(page.locator("#file-word")).to_contain_text("dropped.wav")
    assert len(finals(page)) == 3


def test_what_is_no_recording_is_said(open_page: OpenPage, tmp_path: Path) -> None:
    (tmp_path / "notes.wav").write_text("not a recording at all " * 100)
    page = open_page()
    page.set_input_files("#file", tmp_path / "notes.wav")
    expect(page.locator("#error")).to_contain_text("no recording that can be read")
    expect(page.locator("#state")).to_have_attribute("data-state", "error")
    expect(page.locator("#file-state")).to_be_hidden()


def test_a_recording_that_is_too_long_is_said(open_page: OpenPage, tmp_path: Path) -> None:
    silence = np.zeros(11 * 60 * 8000, np.int16)
    soundfile.write(tmp_path / "long.flac", silence, 8000)
    page = open_page()
    page.set_input_files("#file", tmp_path / "long.flac")
    expect(page.locator("#error")).to_contain_text("longer than this server takes", timeout=60_000)


def test_how_long_a_recording_may_be_is_what_the_server_says(
    open_page: OpenPage, tmp_path: Path
) -> None:
    with serving("--upload-ms", "90000", "--upload-bytes", "1000") as url:
        page = open_page(url=url)
        expect(page.locator("#file-hint")).to_contain_text("Up to 1.5 minutes.")
        page.select_option("#language", "es")
        expect(page.locator("#file-hint")).to_contain_text("Hasta 1,5 minutos.")
        page.select_option("#language", "en")
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.set_input_files("#file", write(tmp_path / "talk.wav"))
        expect(page.locator("#error")).to_contain_text("larger than this server takes")
        assert not [url for url in asked if "classify" in url], "it was sent all the same"


def test_an_analysis_is_cancelled_and_the_next_one_works(
    open_page: OpenPage, tmp_path: Path
) -> None:
    recording = write(tmp_path / "talk.wav")
    page = open_page()
    # Held back on its way, so that there is a moment to cancel in.
    page.route(re.compile("/v1/classify"), lambda route: None)
    page.set_input_files("#file", recording)
    expect(page.locator("#file-cancel")).to_be_visible()
    expect(page.locator("#state")).to_have_text("Analysing")
    page.click("#file-cancel")
    expect(page.locator("#state")).to_have_attribute("data-state", "closed")
    expect(page.locator("#file-state")).to_be_hidden()
    page.unroute(re.compile("/v1/classify"))
    assert len(analysed(page, recording)) == 3
