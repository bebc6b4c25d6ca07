"""The microphone on the page: which one, what the browser does to it, and all that can go wrong."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import MICROPHONE, OpenPage, write_wav
from tests.voice import talk

pytestmark = pytest.mark.browser

WATCH = """
window.seen = {tracks: [], contexts: [], asked: [], locks: 0};
const media = navigator.mediaDevices;
const open = media?.getUserMedia.bind(media);
if (open) media.getUserMedia = async (wish) => {
  seen.asked.push(wish.audio);
  const stream = await open(wish);
  seen.tracks.push(...stream.getAudioTracks());
  return stream;
};
window.AudioContext = class extends AudioContext {
  constructor(...options) { super(...options); seen.contexts.push(this); }
};
Object.defineProperty(navigator, "wakeLock", {value: {request: async () => {
  seen.locks += 1;
  return {release: async () => void (seen.locks -= 1)};
}}});
"""
"""Looks on; what the page asks of the browser is still done by the browser."""


def start(page: Page) -> None:
    page.click("#start")
    expect(page.locator("#state")).to_have_attribute("data-state", "listening")


def stop(page: Page) -> None:
    page.click("#start")
    expect(page.locator("#state")).to_have_attribute("data-state", "closed")


def test_another_microphone_goes_on_in_the_same_session_and_is_remembered(
    open_page: OpenPage,
) -> None:
    page = open_page(script=WATCH)
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    expect(page.locator("#microphone-row")).to_be_hidden()
    start(page)
    picker = page.locator("#microphone")
    ids = picker.locator("option").evaluate_all("all => all.map(option => option.value)")
    assert len(ids) >= 3
    assert ids[0] == ""
    picker.select_option(ids[2])
    expect(page.locator("#microphone-row")).to_be_visible()
    wait_for(page, "() => seen.tracks.length === 2")
    used = page.evaluate(
        "() => seen.tracks.map(track => [track.readyState, track.getSettings().deviceId])"
    )
    assert used[0][0] == "ended"
    assert used[1] == ["live", ids[2]]
    expect(page.locator("#state")).to_have_attribute("data-state", "listening")
    assert len(sockets) == 1
    stop(page)
    page.reload()
    start(page)
    assert page.evaluate("() => seen.tracks.at(-1).getSettings().deviceId") == ids[2]
    expect(picker).to_have_value(ids[2])


def test_one_that_is_plugged_in_can_be_chosen_at_once(open_page: OpenPage) -> None:
    page = open_page(script=WATCH)
    start(page)
    options = page.locator("#microphone option")
    before = options.count()
    page.evaluate(
        """async () => {
          const there = await navigator.mediaDevices.enumerateDevices();
          const one = {kind: "audioinput", deviceId: "new", label: "A new one"};
          navigator.mediaDevices.enumerateDevices = async () => [...there, one];
          navigator.mediaDevices.dispatchEvent(new Event("devicechange"));
        }"""
    )
    expect(options).to_have_count(before + 1)
    expect(options.last).to_have_text("A new one")
    stop(page)


def test_a_remembered_microphone_that_is_gone_is_no_failure(open_page: OpenPage) -> None:
    stored = '{"deviceId": "unplugged"}'
    page = open_page(script=f"localStorage.setItem('vivavoz', {stored!r});" + WATCH)
    start(page)
    asked = page.evaluate("() => seen.asked.map(wish => wish.deviceId?.exact ?? null)")
    assert asked == ["unplugged", None]
    expect(page.locator("#microphone")).to_have_value("")


def wait_for(page: Page, condition: str) -> None:
    """Until something holds in the page; its policy forbids Playwright's own way to wait."""
    until = "async () => { while (!(CONDITION)()) await new Promise(requestAnimationFrame); }"
    page.evaluate(until.replace("CONDITION", condition))


def test_processing_is_asked_off_and_what_was_applied_is_shown(open_page: OpenPage) -> None:
    page = open_page(script=WATCH)
    start(page)
    wish = page.evaluate("() => seen.asked[0]")
    names = ("echoCancellation", "noiseSuppression", "autoGainControl")
    assert [wish[name] for name in names] == [False, False, False]
    page.click("#settings-open")
    for name in names:
        applied = page.evaluate(f"() => String(seen.tracks[0].getSettings().{name})")
        shown = page.locator(f"#setting-{name}-applied")
        expect(shown).to_have_attribute("data-applied", applied)
        expect(shown).to_have_attribute("data-differs", str(applied == "true").lower())
    expect(page.locator("#sound")).to_have_attribute("data-processed", "")
    page.check("#setting-echoCancellation")
    wait_for(page, "() => seen.tracks.length === 2")
    assert page.evaluate("() => seen.asked[1].echoCancellation") is True
    applied = page.evaluate("() => seen.tracks[1].getSettings().echoCancellation")
    expected = "echoCancellation" if applied else ""
    expect(page.locator("#sound")).to_have_attribute("data-processed", expected)
    differs = str(not applied).lower()
    shown = page.locator("#setting-echoCancellation-applied")
    expect(shown).to_have_attribute("data-differs", differs)


def test_stop_ends_the_tracks_and_lets_the_screen_sleep(open_page: OpenPage) -> None:
    page = open_page(script=WATCH)
    start(page)
    wait_for(page, "() => seen.locks === 1")
    stop(page)
    states = page.evaluate("() => seen.tracks.map(track => track.readyState)")
    assert states == ["ended"]
    assert page.evaluate("() => seen.contexts.at(-1).state") == "closed"
    wait_for(page, "() => seen.locks === 0")
    expect(page.locator("#sound")).to_be_hidden()


def test_an_unplugged_microphone_is_replaced_by_another(open_page: OpenPage) -> None:
    page = open_page(script=WATCH)
    start(page)
    page.evaluate("() => seen.tracks[0].dispatchEvent(new Event('ended'))")
    expect(page.locator("#warning")).to_contain_text("disconnected")
    expect(page.locator("#state")).to_have_attribute("data-state", "listening")
    states = page.evaluate("() => seen.tracks.map(track => track.readyState)")
    assert states == ["ended", "live"]
    stop(page)


def test_without_another_one_it_is_said_that_it_is_lost(open_page: OpenPage) -> None:
    page = open_page(script=WATCH)
    start(page)
    page.evaluate(
        """() => {
          navigator.mediaDevices.enumerateDevices = async () => [];
          seen.tracks[0].dispatchEvent(new Event("ended"));
        }"""
    )
    expect(page.locator("#state")).to_have_attribute("data-state", "error")
    expect(page.locator("#error")).to_contain_text("disconnected")
    expect(page.locator("#start")).to_have_text("Start")


def test_an_interruption_is_told_and_a_tap_goes_on(open_page: OpenPage) -> None:
    """As iOS does with a call: the context stops, and runs again from a tap alone."""
    page = open_page(script=WATCH)
    start(page)
    expect(page.locator("#interrupted")).to_be_hidden()
    page.evaluate("() => seen.contexts.at(-1).suspend()")
    expect(page.locator("#interrupted")).to_be_visible()
    expect(page.locator("#state")).to_have_text("Interrupted")
    page.click("#continue")
    expect(page.locator("#interrupted")).to_be_hidden()
    expect(page.locator("#state")).to_have_text("Listening")
    stop(page)


def test_sound_that_does_not_begin_by_itself_waits_for_a_tap(open_page: OpenPage) -> None:
    script = """
      let asked = 0;
      window.AudioContext = class extends AudioContext {
        constructor(...options) { super(...options); super.suspend(); }
        resume() { return asked++ ? super.resume() : new Promise(() => {}); }
      };
    """
    page = open_page(script=script)
    page.click("#start")
    expect(page.locator("#interrupted")).to_be_visible()
    page.click("#continue")
    expect(page.locator("#interrupted")).to_be_hidden()
    expect(page.locator("#state")).to_have_text("Listening")


def test_a_muted_microphone_is_told_and_taken_back(open_page: OpenPage) -> None:
    page = open_page(script=WATCH)
    start(page)
    page.evaluate("() => seen.tracks[0].dispatchEvent(new Event('mute'))")
    expect(page.locator("#warning")).to_contain_text("muted")
    page.evaluate("() => seen.tracks[0].dispatchEvent(new Event('unmute'))")
    expect(page.locator("#warning")).to_be_hidden()


def test_too_loud_is_said(open_page: OpenPage, tmp_path: Path) -> None:
    loud = np.clip(talk(silence=0.3, voice=3, pause=1, times=2).astype(int) * 40, -32768, 32767)
    page = open_page(write_wav(tmp_path / "loud.wav", loud.astype("<i2")))
    start(page)
    expect(page.locator("#level-word")).to_have_attribute("data-level", "clipped")
    expect(page.locator("#level-word")).to_have_text("Too loud")


def test_no_microphone_at_all(open_page: OpenPage) -> None:
    page = open_page(flags=MICROPHONE[1:])
    page.click("#start")
    expect(page.locator("#error")).to_contain_text("No microphone was found")


@pytest.mark.parametrize(
    ("name", "permission", "sentence"),
    [
        ("NotAllowedError", "denied", "is blocked for this page"),
        ("NotAllowedError", "prompt", "The question about the microphone was closed"),
        ("NotFoundError", "granted", "No microphone was found"),
        ("NotReadableError", "granted", "Another program may be using it"),
        ("AbortError", "granted", "Another program may be using it"),
        ("TypeError", "granted", "could not be opened"),
    ],
)
def test_every_refusal_of_the_browser_has_its_sentence(
    open_page: OpenPage, name: str, permission: str, sentence: str
) -> None:
    script = f"""
      navigator.mediaDevices.getUserMedia = async () => {{ throw new DOMException("", "{name}"); }};
      navigator.permissions.query = async () => ({{state: "{permission}"}});
    """
    page = open_page(script=script)
    page.click("#start")
    expect(page.locator("#error")).to_contain_text(sentence)
    expect(page.locator("#state")).to_have_attribute("data-state", "error")
    expect(page.locator("#start")).to_be_enabled()


def test_an_insecure_address_names_the_remedy_at_once(
    open_page: OpenPage, server_url: str, artifacts: Path
) -> None:
    port = server_url.rpartition(":")[2]
    flags = [*MICROPHONE, "--host-resolver-rules=MAP vivavoz.test 127.0.0.1"]
    page = open_page(url=f"http://vivavoz.test:{port}", allow=False, flags=flags)
    expect(page.locator("#error")).to_contain_text(f"localhost:{port}")
    expect(page.locator("#error")).to_contain_text(re.compile("https"))
    page.click("#start")
    expect(page.locator("#error")).to_contain_text(f"localhost:{port}")
    page.screenshot(path=artifacts / "insecure.png")
