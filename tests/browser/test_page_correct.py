"""A person says what it was: sent with consent alone, kept by the server, taken back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, serving
from tests.browser.test_page_files import analysed, write

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("feedback")


@pytest.fixture(scope="module")
def collecting(folder: Path) -> Iterator[str]:
    with serving("--feedback-dir", str(folder)) as url:
        yield url


def kept(folder: Path) -> list[dict[str, Any]]:
    lines = (folder / "metadata.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def choose_first(page: Page) -> dict[str, str]:
    row = page.locator("#timeline li[data-final=true]").first
    row.locator(".row-listen").click()
    data: dict[str, str] = row.evaluate("row => ({...row.dataset})")
    return data


def correct(page: Page, label: str, note: str = "") -> None:
    if page.locator("#correct-wrong").is_visible():
        page.click("#correct-wrong")
    page.locator(f"#correct .choice[data-tone={label}]").click()
    page.fill("#correct-note", note)
    expect(page.locator("#correct-send")).to_be_disabled()
    page.check("#correct-consent")
    page.click("#correct-send")
    expect(page.locator("#correct-withdraw")).to_be_visible()


def test_a_correction_is_kept_as_it_was_said_and_taken_back(
    open_page: OpenPage, collecting: str, folder: Path, tmp_path: Path, artifacts: Path
) -> None:
    recording = write(tmp_path / "talk.wav")
    page = open_page(url=collecting)
    analysed(page, recording)
    expect(page.locator("#correct")).to_be_hidden()
    row = choose_first(page)
    expect(page.locator("#correct")).to_be_visible()
    host = collecting.removeprefix("http://")
    correct(page, "sad", "a quiet voice")
    page.screenshot(path=artifacts / "corrected.png", full_page=True)
    [record] = kept(folder)
    assert (record["label"], record["note"], record["consent"]) == ("sad", "a quiet voice", True)
    assert record["verdict"]["label"] == (row["label"] or None)
    length = int(row["endMs"]) - int(row["startMs"])
    assert abs(record["duration_ms"] - length) <= 1
    sound, rate = soundfile.read(folder / record["file_name"], dtype="int16")
    whole = soundfile.read(recording, dtype="int16")[0]
    start = int(row["startMs"]) * rate // 1000
    assert np.abs(sound.astype(int) - whole[start : start + len(sound)]).max() <= 1
    expect(page.locator("#correct")).to_contain_text(f"kept on {host}")

    page.reload()  # The id outlives the page, and takes the recording back.
    page.click("#settings-open")
    expect(page.locator("#corrections")).to_contain_text("1 recording of yours")
    page.click("#corrections-withdraw")
    expect(page.locator("#corrections")).to_be_hidden()
    assert kept(folder) == []
    assert not (folder / record["file_name"]).exists()


def test_one_click_takes_it_back(
    open_page: OpenPage, collecting: str, folder: Path, tmp_path: Path
) -> None:
    page = open_page(url=collecting)
    analysed(page, write(tmp_path / "talk.wav"))
    choose_first(page)
    correct(page, "no_speech")
    assert [record["label"] for record in kept(folder)] == ["no_speech"]
    page.click("#correct-withdraw")
    expect(page.locator("#correct")).to_contain_text("deleted")
    assert kept(folder) == []


def test_nothing_goes_out_without_consent_and_the_sentence_says_what_is_stored(
    open_page: OpenPage, collecting: str, tmp_path: Path
) -> None:
    page = open_page(url=collecting)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.method} {request.url}"))
    analysed(page, write(tmp_path / "talk.wav"))
    choose_first(page)
    if page.locator("#correct-wrong").is_visible():
        page.click("#correct-wrong")
    sentence = page.locator("label[for=correct-consent]")
    for part in ("recording", " s of speech", "label", "note", "stored", "take them back"):
        expect(sentence).to_contain_text(part)
    expect(sentence).to_contain_text(collecting.removeprefix("http://"))
    expect(page.locator("#correct-consent")).not_to_be_checked()
    page.locator("#correct .choice[data-tone=sad]").click()
    expect(page.locator("#correct-send")).to_be_disabled()
    page.locator("#correct-form").evaluate("form => form.requestSubmit()")
    expect(page.locator("#correct")).to_contain_text("tick the box")
    assert not [line for line in asked if "feedback" in line]


def test_what_was_forgotten_cannot_be_sent(
    open_page: OpenPage, collecting: str, tmp_path: Path
) -> None:
    page = open_page(url=collecting)
    analysed(page, write(tmp_path / "talk.wav"))
    choose_first(page)
    expect(page.locator("#correct-form")).to_be_visible()
    page.locator("#player .player-kept button").click()
    expect(page.locator("#correct")).to_contain_text("no longer kept")


def test_a_server_that_takes_none_is_not_asked(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page()
    analysed(page, write(tmp_path / "talk.wav"))
    choose_first(page)
    expect(page.locator("#player")).to_be_visible()
    expect(page.locator("#correct")).to_be_hidden()
