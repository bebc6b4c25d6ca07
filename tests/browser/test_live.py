"""A person opens the page and speaks: the whole path, nothing replaced."""

import csv
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from playwright.sync_api import Page, expect

from bench.chromium import save_sound
from tests.browser.conftest import ROOT, SHARED, WAIT_MS, OpenPage, write_wav
from tests.voice import talk

pytestmark = pytest.mark.browser


def classify(recording: Path) -> list[dict[str, Any]]:
    """The segments that ``vivavoz classify`` finds in a recording."""
    done = subprocess.run(
        [sys.executable, "-m", "server.cli", "classify", "--json", str(recording)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    answer = json.loads(done.stdout)
    answer = answer[0] if isinstance(answer, list) else answer
    return [segment for utterance in answer["utterances"] for segment in utterance["segments"]]


def finals(page: Page) -> list[dict[str, str]]:
    rows = page.locator("#timeline li[data-final=true]")
    return rows.evaluate_all("rows => rows.map(row => ({...row.dataset}))")  # type: ignore[no-any-return]


def listen(page: Page, count: int, seconds: float) -> list[dict[str, str]]:
    """Press Start, wait until so many utterances are answered, press Stop."""
    page.click("#start")
    expect(page.locator("#state")).to_have_attribute("data-state", "listening")
    expect(page.locator("#timeline li[data-final=true]")).to_have_count(
        count, timeout=seconds * 1000 + WAIT_MS
    )
    return finals(page)


def stop(page: Page) -> None:
    page.click("#start")
    expect(page.locator("#state")).to_have_attribute("data-state", "closed")


def verdict_of(answer: dict[str, Any]) -> str:
    return answer["label"] or answer["reason"] or ""


def watch(page: Page) -> list[dict[str, Any]]:
    """The final verdicts that the server sends to the page, as they come."""
    heard: list[dict[str, Any]] = []

    def keep(payload: str | bytes) -> None:
        message = json.loads(payload)
        if message["type"] == "emotion" and message["final"]:
            heard.append(message)

    page.on("websocket", lambda socket: socket.on("framereceived", keep))
    return heard


def check_same(seen: list[dict[str, str]], told: list[dict[str, Any]]) -> None:
    """To the millisecond, and to the word."""
    shown = [
        (int(row["startMs"]), int(row["endMs"]), row["label"] or row["reason"]) for row in seen
    ]
    assert shown == [(s["start_ms"], s["end_ms"], verdict_of(s)) for s in told]


def check_own_sound(page: Page, folder: Path) -> list[dict[str, Any]]:
    """The page shows what ``vivavoz classify`` says of the sound that its microphone gave.

    Not of the recording there: a browser whose machine is busy hears silence now and then.

    Returns:
        The segments.
    """
    told = classify(save_sound(page, folder / "heard.wav"))
    check_same(finals(page), told)
    return told


def test_a_voice_becomes_utterances_on_the_page(
    open_page: OpenPage, tmp_path: Path, artifacts: Path
) -> None:
    recording = write_wav(tmp_path / "talk.wav", talk(silence=1.5, voice=1.8, pause=1.2, times=3))
    page = open_page(recording)
    heard = watch(page)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    expect(page.locator("#notice")).to_contain_text(re.compile("not stored|never stored", re.I))

    page.click("#start")
    expect(page.locator("#lamp")).to_have_attribute("data-on", "true")
    expect(page.locator("#timeline li[data-final=false]").first).to_be_visible()
    page.screenshot(path=artifacts / "mid-stream.png", full_page=True)
    expect(page.locator("#timeline li[data-final=true]")).to_have_count(3)
    expect(page.locator("#lamp")).to_have_attribute("data-on", "false")
    check_same(finals(page), heard)

    scores = page.locator("#scores [data-score]").evaluate_all(
        "bars => bars.map(bar => Number(bar.dataset.score))"
    )
    assert len(scores) == 6
    assert abs(sum(scores) - 1) < 0.01
    expect(page.locator("#model")).not_to_be_empty()
    stop(page)
    expect(page.locator("#summary")).to_be_visible()
    page.screenshot(path=artifacts / "stopped.png", full_page=True)
    assert len(check_own_sound(page, tmp_path)) == 3
    assert errors == []


@pytest.mark.skipif(not SHARED.is_dir(), reason="the recordings of ../shared are not here")
def test_real_speech_gives_the_verdicts_that_the_file_gives(
    open_page: OpenPage, tmp_path: Path, artifacts: Path
) -> None:
    with (SHARED / "speech.csv").open(encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if r["corpus"] == "emodb" and r["split"] == "test"]
    parts = [np.zeros(16000, np.int16)]
    for row in rows[:48:8]:
        parts += [soundfile.read(SHARED / row["path"], dtype="int16")[0], np.zeros(16000, np.int16)]
    recording = write_wav(tmp_path / "speech.wav", np.concatenate(parts))
    told = classify(recording)
    assert len(told) >= 5
    page = open_page(recording, viewport={"width": 390, "height": 844}, color_scheme="dark")
    heard = watch(page)
    seen = listen(page, len(told), sum(map(len, parts)) / 16000)
    page.screenshot(path=artifacts / "real-speech-phone-dark.png", full_page=True)
    check_same(seen, heard)
    stop(page)
    assert len(check_own_sound(page, tmp_path)) >= len(told)


def test_a_refused_microphone_is_said_in_words(open_page: OpenPage, artifacts: Path) -> None:
    page = open_page(allow=False)
    page.click("#start")
    expect(page.locator("#state")).to_have_attribute("data-state", "error")
    expect(page.locator("#error")).to_contain_text(re.compile("microphone", re.I))
    page.screenshot(path=artifacts / "denied.png", full_page=True)


def test_the_page_asks_for_nothing_but_this_server(open_page: OpenPage, server_url: str) -> None:
    page = open_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    answer = page.reload()
    page.click("#start")
    expect(page.locator("#state")).to_have_attribute("data-state", "listening")
    stop(page)
    assert answer
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert len(asked) >= 5
    assert all(url.startswith((server_url, server_url.replace("http", "ws"))) for url in asked)


def test_a_server_that_goes_away_is_said_and_start_works_again(
    playwright: Any, open_page: OpenPage
) -> None:
    page = open_page()
    page.click("#start")
    expect(page.locator("#state")).to_have_attribute("data-state", "listening")
    page.context.set_offline(True)
    page.evaluate("() => 0")
    stop_or_error = page.locator("#state[data-state=error], #state[data-state=closed]")
    page.click("#start")
    expect(stop_or_error).to_be_visible()
    page.context.set_offline(False)
    page.click("#start")
    expect(page.locator("#state")).to_have_attribute("data-state", "listening")
    stop(page)
