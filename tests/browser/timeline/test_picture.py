"""What the chart draws, pixel by pixel, in both themes."""

from pathlib import Path
from typing import Any

import pytest

from tests.browser.timeline.pages import OpenTimeline, Page, hear, place_of, replay, say, seen

pytestmark = pytest.mark.browser


COLORS = """
([xs, y, height]) => {
  const canvas = document.querySelector("#chart");
  const context = canvas.getContext("2d");
  const box = canvas.getBoundingClientRect();
  const scale = canvas.width / box.width;
  const [left, right] = xs.map((x) => Math.round((x - box.left) * scale));
  const top = Math.round((y - box.top) * scale);
  const { data } = context.getImageData(left, top, right - left, height);
  const colors = {};
  for (let at = 0; at < data.length; at += 4) {
    const name = data[at + 3] ? data.slice(at, at + 3).join() : "clear";
    colors[name] = (colors[name] ?? 0) + 1;
  }
  return colors;
}
"""


def colors_at(page: Page, start_ms: int, end_ms: int, y: float, height: int = 1) -> dict[str, int]:
    left, top = place_of(page, start_ms, y)
    right = place_of(page, end_ms, y)[0]
    found: dict[str, int] = page.evaluate(COLORS, [[left, right], top, height])
    return found


RGB = """
name => {
  const probe = document.body.appendChild(document.createElement("i"));
  probe.style.color = `var(--${name})`;
  const [red, green, blue] = getComputedStyle(probe).color.match(/[0-9]+/g);
  probe.remove();
  return [red, green, blue].join();
}
"""


def rgb(page: Page, name: str) -> str:
    """A colour of the style sheet, in the theme that is on."""
    return str(page.evaluate(RGB, name))


FOOT = 140.5
BODY = 114.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_it_draws_tells_final_interim_reason_and_gap_apart(
    open_timeline: OpenTimeline, artifacts: Path, scheme: Any
) -> None:
    page = open_timeline(color_scheme=scheme)
    for _ in range(24):
        hear(page, 1000, 300)
    say(page, 1000, 5000, "sad")
    say(page, 6000, 10_000, "uncertain")
    page.evaluate("session.dispatch({type: 'page.gap', startMs: 11000, endMs: 16000})")
    say(page, 18_000, 22_000, "happy", final=False)
    page.screenshot(path=artifacts / f"timeline-{scheme}.png")
    # A final label: its colour at the foot, a tint of it above.
    assert set(colors_at(page, 2000, 4500, FOOT)) == {rgb(page, "sad")}
    assert len(colors_at(page, 2000, 4500, BODY)) == 1
    # A reason: hatched with grey, which makes several colours of one row.
    assert set(colors_at(page, 7000, 9500, FOOT)) == {rgb(page, "none")}
    assert len(colors_at(page, 7000, 9500, BODY)) >= 3
    # Interim: paper within a dashed line, so there is no foot.
    assert rgb(page, "happy") not in colors_at(page, 19_000, 21_500, FOOT)
    assert rgb(page, "paper") in colors_at(page, 19_000, 21_500, BODY + 2)
    # The gap: hatched over paper, and no hatching beside it.
    assert rgb(page, "paper") in colors_at(page, 11_500, 15_500, 20)
    assert len(colors_at(page, 11_500, 15_500, 20)) >= 3
    wave = colors_at(page, 19_000, 21_000, 50)
    assert rgb(page, "happy") not in wave, "interim sound is lighter than final"
    assert rgb(page, "sad") in colors_at(page, 2000, 4000, 50)


def test_colours_follow_the_theme_while_it_is_open(open_timeline: OpenTimeline) -> None:
    page = open_timeline(color_scheme="light")
    hear(page, 6000, 300)
    say(page, 1000, 5000, "sad")
    light = rgb(page, "sad")
    assert set(colors_at(page, 2000, 4500, FOOT)) == {light}
    page.emulate_media(color_scheme="dark")
    dark = rgb(page, "sad")
    assert dark != light
    assert set(colors_at(page, 2000, 4500, FOOT)) == {dark}


def test_with_forced_colours_labels_keep_their_own(open_timeline: OpenTimeline) -> None:
    drawn = []
    for forced in ("none", "active"):
        page = open_timeline(forced_colors=forced)
        hear(page, 12_000, 300)
        say(page, 1000, 5000, "sad")
        say(page, 6000, 10_000, "happy")
        drawn.append([set(colors_at(page, at, at + 2500, FOOT)) for at in (2000, 7000)])
    assert drawn[0] == drawn[1]
    assert drawn[0][0] != drawn[0][1]


def test_it_is_as_sharp_as_the_screen_and_grows_with_the_text(
    open_timeline: OpenTimeline, artifacts: Path
) -> None:
    page = open_timeline(viewport={"width": 390, "height": 844}, device_scale_factor=3)
    replay(page, 60)
    size = page.locator("#chart").evaluate(
        "c => [c.width, c.height, c.clientWidth, c.clientHeight]"
    )
    assert size[0] == pytest.approx(3 * size[2], abs=2)
    assert size[1] == pytest.approx(3 * size[3], abs=3)
    page.screenshot(path=artifacts / "timeline-phone.png")
    page.set_viewport_size({"width": 320, "height": 640})
    seen(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    words = page.locator(".row-word").evaluate_all("all => all.map((word) => word.clientHeight)")
    assert max(words) < 60, "no word is broken into more than two lines"
