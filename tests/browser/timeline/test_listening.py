"""Listening again: a segment is chosen, heard, and forgotten."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.timeline.pages import OpenTimeline, hear, place_of, replay, say, wait_until

pytestmark = pytest.mark.browser


LISTEN_IN = """
const connect = AudioNode.prototype.connect;
AudioNode.prototype.connect = function (target, ...rest) {
  if (target instanceof AudioDestinationNode) {
    window.ear = new AnalyserNode(this.context, {fftSize: 4096});
    connect.call(this, window.ear);
  }
  return connect.call(this, target, ...rest);
};
window.pitch = () => {
  if (!window.ear) return 0;
  const levels = new Float32Array(ear.frequencyBinCount);
  ear.getFloatFrequencyData(levels);
  const most = levels.indexOf(Math.max(...levels));
  return levels[most] > -60 ? most * ear.context.sampleRate / ear.fftSize : 0;
};
"""


def test_a_press_on_a_segment_plays_its_own_sound(open_timeline: OpenTimeline) -> None:
    page = open_timeline()
    page.evaluate(LISTEN_IN)
    for at, (hertz, what) in enumerate([(440, "sad"), (1200, "angry"), (700, "uncertain")]):
        hear(page, 3000, hertz)
        hear(page, 1000, 60)
        say(page, at * 4000, at * 4000 + 3000, what)
    for at, hertz, words in ((1, 1200, "Angry · 0:04 to 0:07"), (0, 440, "Sad · 0:00 to 0:03")):
        page.mouse.click(*place_of(page, at * 4000 + 1500))
        wait_until(page, "Math.abs(pitch() - arg) < 30", hertz)
        expect(page.locator(".player-said")).to_contain_text(words)
    expect(page.locator("#player")).to_have_attribute("data-playing", "true")
    wait_until(page, "session.timeline.player.positionMs > 0")
    expect(page.locator("#player")).to_have_attribute("data-playing", "false")
    assert page.evaluate("session.playing").count(True) == 2
    assert page.evaluate("session.playing.at(-1)") is False
    # From the list as well; and there, and by the button, it stops.
    page.locator("#timeline li[data-reason=uncertain] .row-listen").click()
    wait_until(page, "Math.abs(pitch() - 700) < 30")
    expect(page.locator("#timeline li[aria-current=true]")).to_have_attribute(
        "data-start-ms", "8000"
    )
    expect(page.locator("#timeline li[aria-current=true]")).to_have_attribute(
        "data-playing", "true"
    )
    page.locator(".player-button").click()
    expect(page.locator("#player")).to_have_attribute("data-playing", "false")


def test_without_a_loudspeaker_it_is_over_as_well(open_timeline: OpenTimeline) -> None:
    page = open_timeline()
    hear(page, 2000, 440)
    say(page, 0, 500, "sad")
    page.evaluate(
        """() => {
          const silent = new AudioContext();
          silent.resume = () => silent.suspend(); // As if nothing would play it.
          silent.resume();
          session.timeline.player.createContext = () => silent;
        }"""
    )
    page.mouse.click(*place_of(page, 250))
    wait_until(page, "session.playing.length === 2")
    assert page.evaluate("session.playing") == [True, False]


def test_keys_choose_a_segment_and_play_it(open_timeline: OpenTimeline) -> None:
    page = open_timeline()
    replay(page, 200)
    keys = page.evaluate("session.timeline.spans.map(({key}) => key)")
    page.locator("#chart").focus()
    for expected in (keys[-1], keys[-2], keys[-3]):
        page.keyboard.press("ArrowUp")
        expect(page.locator("#chart")).to_have_attribute("data-selected", expected)
    page.keyboard.press("ArrowDown")
    expect(page.locator("#chart")).to_have_attribute("data-selected", keys[-2])
    page.keyboard.press("Enter")
    expect(page.locator("#player")).to_have_attribute("data-playing", "true")
    page.keyboard.press("Enter")
    expect(page.locator("#player")).to_have_attribute("data-playing", "false")
    page.keyboard.press("Escape")
    expect(page.locator("#chart")).to_have_attribute("data-selected", "")
    assert page.locator("#chart").get_attribute("aria-label")
    assert "Arrows" in page.locator("#chart-help").inner_text()


def test_the_sound_is_forgotten_at_a_press(open_timeline: OpenTimeline) -> None:
    page = open_timeline()
    replay(page, 40)
    expect(page.locator(".player-words")).to_contain_text(
        re.compile(r"0:40 of sound .2 MB. .* at most 1:00:00 .116 MB.")
    )
    row = page.locator("#timeline li").first
    expect(row.locator(".row-listen")).to_be_visible()
    row.locator(".row-listen").click()
    expect(page.locator("#player")).to_have_attribute("data-playing", "true")
    page.get_by_role("button", name="Forget the sound").click()
    expect(page.locator("#player")).to_have_attribute("data-playing", "false")
    expect(page.locator("#player")).to_have_attribute("data-bytes", "0")
    expect(page.locator(".player-words")).to_contain_text("forgotten")
    expect(page.locator(".player-button")).to_be_disabled()
    expect(row.locator(".row-listen")).to_be_hidden()
    assert page.evaluate("session.sound.ring.slice(0, 1e9).length") == 0
