"""The page in the Firefox that people have: a real microphone (of a sound card that is none)."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.network import Cut, network
from tests.browser import firefox as browser
from tests.browser import sound_card as card
from tests.browser.conftest import write_wav
from tests.browser.firefox import Firefox, firefox
from tests.browser.sound_card import SoundCard, sound_card
from tests.browser.test_live import classify, verdict_of
from tests.voice import talk

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not browser.PROGRAM, reason="there is no firefox-esr: make browser has it"),
    pytest.mark.skipif(
        not (card.SERVER and card.PLAYER),
        reason="there is no pulseaudio, so Firefox has no microphone: make browser has it",
    ),
]

STATE = "(name, value) => document.querySelector('#state').dataset[name] === value"
WATCH = """
  if (!navigator.mediaDevices) return;  // about:blank
  window.seen = {rates: [], levels: new Set(), tracks: [], sockets: 0};
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async wish => {
    const stream = await open(wish);
    seen.tracks.push(...stream.getAudioTracks());
    return stream;
  };
  window.WebSocket = class extends WebSocket {
    constructor(...options) { super(...options); seen.sockets += 1; }
  };
  addEventListener("DOMContentLoaded", () => {
    const meter = document.getElementById("level");
    const keep = () => seen.levels.add(meter.getAttribute("aria-valuenow"));
    new MutationObserver(keep).observe(meter, {attributeFilter: ["aria-valuenow"]});
  });
"""
"""Looks on; what the page asks of the browser is still done by the browser."""


@pytest.fixture(scope="module")
def sounds() -> Iterator[SoundCard]:
    with tempfile.TemporaryDirectory() as folder, sound_card(Path(folder)) as sounds:
        yield sounds


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("firefox")


@pytest.fixture(scope="module")
def running(sounds: SoundCard, profile: Path) -> Iterator[Firefox]:
    with firefox(profile, sounds.env, WATCH) as running:
        yield running


@pytest.fixture
def page(running: Firefox) -> Iterator[Firefox]:
    """What it complains of fails the test."""
    running.errors = []
    yield running
    running.get("() => 0")  # All that is told is heard by then.
    assert running.errors == []


def rows(page: Firefox) -> list[dict[str, str]]:
    """The final verdicts that the page shows."""
    found: list[dict[str, str]] = page.get(
        "() => [...document.querySelectorAll('#timeline li[data-final=true]')]"
        ".map(row => ({...row.dataset}))"
    )
    return found


def check_same(seen: list[dict[str, str]], told: list[dict[str, Any]]) -> None:
    """To the millisecond, and to the word."""
    shown = [
        (int(row["startMs"]), int(row["endMs"]), row["label"] or row["reason"]) for row in seen
    ]
    assert shown == [(s["start_ms"], s["end_ms"], verdict_of(s)) for s in told]


def wait_for_rows(page: Firefox, count: int) -> None:
    query = "'#timeline li[data-final=true]'"
    page.wait(f"most => document.querySelectorAll({query}).length >= most", count, seconds=60)


def test_a_recording_gets_the_verdicts_of_the_command_line(
    page: Firefox, server_url: str, tmp_path: Path, artifacts: Path
) -> None:
    recording = write_wav(tmp_path / "talk.wav", talk(silence=0.5, voice=1.6, pause=0.9, times=3))
    told = classify(recording)
    page.open(server_url)
    page.choose("#file", recording)
    page.wait(STATE, "state", "closed")
    assert len(told) >= 3
    check_same(rows(page), told)
    assert page.get("() => document.querySelector('#file-state').dataset.stage") == "done"
    assert page.get("() => !document.querySelector('#chart-box').hidden")
    page.screenshot(artifacts / "firefox-file.png")


def test_what_the_microphone_hears_is_answered_though_the_network_is_cut(
    page: Firefox, server_url: str, sounds: SoundCard, profile: Path, artifacts: Path
) -> None:
    recording = write_wav(profile / "talk.wav", talk(silence=0.5, voice=1.8, pause=1.2, times=4))
    with network(server_url) as between:
        page.open(between.url)
        assert page.get("() => navigator.userAgent").count("Firefox") == 1
        page.click("#start")
        page.wait(STATE, "connection", "open")
        sounds.play(recording)
        page.wait("() => document.querySelector('#lamp').dataset.on === 'true'")
        plan = between.suffer([Cut(0.5, True, 1.0), Cut(4.0, False, 0.5)])
        wait_for_rows(page, 2)
        page.screenshot(artifacts / "firefox-live.png")
        plan.result(30)
        wait_for_rows(page, 4)
        page.wait(STATE, "connection", "open")
        page.click("#start")
        page.wait(STATE, "state", "closed")
    seen = page.get(
        "() => [seen.sockets, seen.levels.size, seen.tracks.map(track => track.readyState)]"
    )
    assert seen[0] >= 3, "nothing was cut"
    assert seen[1] >= 5, "the meter does not follow"
    assert seen[2] == ["ended"]
    # The page's sound is what its microphone gave; a file has no network to be cut.
    page.click("#export summary")
    page.click("#export-wav")
    check_same(rows(page), classify(page.taken(".wav")))
    # It tells of each connection that was cut; nothing else may be wrong.
    page.errors = [error for error in page.errors if "/v1/stream was interrupted" not in error]


def test_in_spanish_and_in_the_dark(page: Firefox, server_url: str, artifacts: Path) -> None:
    page.open(server_url)
    page.click("#settings-open")
    page.get(
        """() => {
          for (const [id, value] of [["setting-theme", "dark"], ["language", "es"]]) {
            const select = document.getElementById(id);
            select.value = value;
            select.dispatchEvent(new Event("change", {bubbles: true}));
          }
        }"""
    )
    page.wait("() => document.getAnimations().every(one => one.playState === 'finished')")
    page.screenshot(artifacts / "firefox-settings.png")
    page.open(server_url)
    page.wait("() => document.documentElement.lang === 'es'")
    page.wait("() => getComputedStyle(document.body).backgroundColor === 'rgb(18, 18, 20)'")
