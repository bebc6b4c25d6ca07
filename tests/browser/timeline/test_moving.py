"""The chart follows, and moves by keys, wheel, mouse and fingers."""

import pytest

from tests.browser.timeline.pages import OpenTimeline, hear, place_of, replay, seen, wait_until

pytestmark = pytest.mark.browser


def test_it_follows_what_is_said_until_it_is_touched(open_timeline: OpenTimeline) -> None:
    page = open_timeline()
    replay(page, 90)
    before = seen(page)
    assert before["live"]
    assert before["start"] < 90_000 < before["end"]
    page.locator("#chart").focus()
    page.keyboard.press("ArrowLeft")
    touched = seen(page)
    assert not touched["live"]
    assert touched["start"] < before["start"]
    replay(page, 100, **{"from": 90})
    assert seen(page)["start"] == touched["start"]
    page.keyboard.press("l")
    assert seen(page)["live"]
    assert seen(page)["end"] > 100_000


def test_every_key_moves_it(open_timeline: OpenTimeline) -> None:
    page = open_timeline()
    replay(page, 300)
    page.locator("#chart").focus()
    windows = {"": seen(page)}
    for key in ("+", "-", "-", "Home", "ArrowRight", "ArrowLeft", "0", "+", "End"):
        page.keyboard.press(key)
        windows[key] = seen(page)
    assert windows["+"]["length"] < windows["0"]["length"]
    assert windows["Home"]["start"] == 0
    assert windows["ArrowRight"]["start"] > windows["ArrowLeft"]["start"]
    assert windows["0"]["start"] == 0
    assert windows["0"]["end"] > 300_000
    assert windows["End"]["live"]
    assert windows["End"]["end"] > 300_000


def test_the_wheel_zooms_where_the_pointer_is_and_pans_sideways(
    open_timeline: OpenTimeline,
) -> None:
    page = open_timeline()
    replay(page, 300)
    page.locator("#chart").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    window = seen(page)
    at_ms = window["start"] + 0.25 * window["length"]
    x, y = place_of(page, at_ms, 50)
    page.mouse.move(x, y)
    page.mouse.wheel(0, -300)
    wait_until(page, "Number(chart.dataset.lengthMs) < arg", window["length"] - 1)
    assert place_of(page, at_ms, 50)[0] == pytest.approx(x, abs=2)
    near = seen(page)
    page.mouse.wheel(400, 0)
    wait_until(page, "Number(chart.dataset.startMs) > arg", near["start"] + 1)
    assert seen(page)["length"] == near["length"]


def test_dragging_pans_and_a_press_does_not(open_timeline: OpenTimeline) -> None:
    page = open_timeline()
    replay(page, 120)
    window = seen(page)
    x, y = place_of(page, window["start"] + 5000, 50)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 100, y, steps=5)
    page.mouse.up()
    assert seen(page)["start"] < window["start"]
    assert page.evaluate("session.state.selected") is None


def test_two_fingers_zoom(open_timeline: OpenTimeline) -> None:
    page = open_timeline(has_touch=True)
    replay(page, 120)
    window = seen(page)
    box = page.locator("#chart").bounding_box()
    assert box
    touch = page.context.new_cdp_session(page)
    for apart in (40, 60, 90, 140, 200):
        points = [{"x": 450 + side * apart, "y": box["y"] + 50, "id": side + 1} for side in (-1, 1)]
        kind = "touchStart" if apart == 40 else "touchMove"
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert seen(page)["length"] < window["length"] / 2
    assert page.evaluate("session.playing") == []


def test_with_reduced_motion_it_jumps_instead_of_gliding(open_timeline: OpenTimeline) -> None:
    behind = "[session.timeline.chart.nowMs, session.sound.ring.endMs]"
    page = open_timeline(reduced_motion="reduce")
    replay(page, 5)
    hear(page, 500, 300)
    seen(page)
    now, end = page.evaluate(behind)
    assert now == end
