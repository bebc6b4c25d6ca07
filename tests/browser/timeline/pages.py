"""What the tests of the timeline do with its page: play a session into it, and look at it."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

__all__ = ["OpenTimeline", "Page", "hear", "place_of", "replay", "say", "seen", "wait_until"]

OpenTimeline = Callable[..., Page]

TWO_FRAMES = """
() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))
"""
HEIGHT = 170
"""Of the chart, in its own units."""


def wait_until(page: Page, condition: str, arg: object = None) -> None:
    """Wait for a condition on ``arg``, frame by frame.

    Playwright's own way of waiting is eval in the page, which the page's policy forbids.
    """
    page.evaluate(
        f"""async (arg) => {{
          for (let frames = 0; !({condition}); frames += 1) {{
            if (frames > 1200) throw new Error("still not so");
            await new Promise(requestAnimationFrame);
          }}
        }}""",
        arg,
    )


def replay(page: Page, seconds: int, **options: Any) -> None:
    """Play a part of the made-up hour, and wait until the chart has come to its end."""
    page.evaluate("([seconds, options]) => session.replay(seconds, options)", [seconds, options])
    wait_until(page, "session.timeline.chart.nowMs >= arg - 200", seconds * 1000)


def seen(page: Page) -> dict[str, float]:
    """The window that the chart shows, once it is painted."""
    page.evaluate(TWO_FRAMES)
    shown: dict[str, str] = page.locator("#chart").evaluate("canvas => ({...canvas.dataset})")
    start, length = float(shown["startMs"]), float(shown["lengthMs"])
    return {
        "start": start,
        "length": length,
        "end": start + length,
        "live": shown["live"] == "true",
    }


def place_of(page: Page, at_ms: float, y: float = 128) -> tuple[float, float]:
    """Where a moment is on the screen; ``y`` in the chart's own units of one pixel here."""
    window = seen(page)
    box = page.locator("#chart").bounding_box()
    assert box
    share = (at_ms - window["start"]) / window["length"]
    assert 0 <= share <= 1, "out of sight"
    scale = box["height"] / HEIGHT
    return box["x"] + share * box["width"], box["y"] + y * scale


SEGMENT = """
([startMs, endMs, label, reason, final]) => {
  const scores = {angry: .1, disgust: .1, fearful: .1, happy: .1, neutral: .1, sad: .5};
  const ended = {type: "utterance.ended", utterance_id: startMs, end_ms: endMs, discarded: null};
  session.dispatch(
    {type: "utterance.started", utterance_id: startMs, start_ms: startMs},
    {type: "emotion", utterance_id: startMs, segment: 0, final, start_ms: startMs, end_ms: endMs,
     label, reason, confidence: .5, scores, model: "1", latency_ms: 1},
    ...(final ? [ended] : []));
}
"""

TONE = """
([ms, hertz]) => {
  const rate = session.sound.ring.sampleRate;
  const from = session.sound.ring.endMs * rate / 1000;
  const wave = (_, at) => 9000 * Math.sin(2 * Math.PI * hertz * (from + at) / rate);
  session.hear(Int16Array.from({length: ms * rate / 1000}, wave).buffer);
}
"""


def say(page: Page, start_ms: int, end_ms: int, what: str, *, final: bool = True) -> None:
    """A segment with this label, or, where it is none of the labels, with this reason."""
    labelled = what in {"angry", "disgust", "fearful", "happy", "neutral", "sad"}
    label, reason = (what, None) if labelled else (None, what)
    page.evaluate(SEGMENT, [start_ms, end_ms, label, reason, final])


def hear(page: Page, ms: int, hertz: int) -> None:
    page.evaluate(TONE, [ms, hertz])
