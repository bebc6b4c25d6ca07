"""An hour of talk, faster than it was said: whether it gets slower, and how much memory."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Browser, CDPSession, Page

from tests.browser.timeline.pages import OpenTimeline, replay, seen

pytestmark = pytest.mark.browser
HOUR_S = 3600
LONG_TASK_MS = 50
MEGABYTE = 1e6


class Task(NamedTuple):
    """One task of the page's main thread, in milliseconds."""

    processor: float
    """Time on the clock is the machine's as well, which others share."""
    clock: float


def trace(page: Page, browser: Browser, work: Callable[[], object]) -> list[Task]:
    """The tasks of the page's main thread while it works."""
    cdp = browser.new_browser_cdp_session()
    events: list[dict[str, Any]] = []
    done: list[bool] = []
    cdp.on("Tracing.dataCollected", lambda part: events.extend(part["value"]))
    cdp.on("Tracing.tracingComplete", lambda _: done.append(True))
    config = {"includedCategories": ["toplevel", "__metadata"], "excludedCategories": ["*"]}
    cdp.send("Tracing.start", {"transferMode": "ReportEvents", "traceConfig": config})
    work()
    cdp.send("Tracing.end")
    while not done:
        page.wait_for_timeout(50)
    cdp.detach()
    mains = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    return [
        Task(event.get("tdur", 0) / 1000, event.get("dur", 0) / 1000)
        for event in events
        if event.get("ph") == "X"
        and event["name"].endswith("RunTask")
        and (event["pid"], event["tid"]) in mains
    ]


def growth(tasks: list[Task]) -> float:
    """How much dearer the last sixth of the tasks was than the first: 1 where nothing adds up.

    A ratio, since milliseconds are the machine's: what a page does too slowly as the hour grows
    shows here on any machine.
    """
    sixth = len(tasks) // 6
    first, last = tasks[:sixth], tasks[-sixth:]
    return sum(task.processor for task in last) / sum(task.processor for task in first)


def memory(cdp: CDPSession) -> float:
    """What the page holds after a collection, in bytes, samples included."""
    cdp.send("HeapProfiler.collectGarbage")
    usage = cdp.send("Runtime.getHeapUsage")
    return float(usage["usedSize"] + usage["backingStorageSize"])


def test_an_hour_of_talk_stays_smooth_and_bounded(
    open_timeline: OpenTimeline, browser: Browser, artifacts: Path
) -> None:
    page = open_timeline(viewport={"width": 1280, "height": 800})
    cdp = page.context.new_cdp_session(page)
    before = memory(cdp)
    tasks = trace(page, browser, lambda: replay(page, HOUR_S, perFrame=6))
    assert len(tasks) > HOUR_S / 6
    grown = growth(tasks)
    assert grown < 4  # what grows with the hour grows elevenfold
    hour = memory(cdp) - before
    most = page.evaluate("session.sound.ring.mostBytes + session.sound.envelope.bytes")
    assert page.evaluate("session.sound.ring.bytes") <= page.evaluate(
        "session.sound.ring.mostBytes"
    )
    assert hour < most + 16 * MEGABYTE

    def move() -> None:
        page.locator("#chart").focus()
        for key in "0+++++++++l-----0":
            page.keyboard.press(key)
        for _ in range(20):
            page.keyboard.press("ArrowUp")
        page.keyboard.press("0")
        seen(page)

    tasks += trace(page, browser, move)
    page.screenshot(path=artifacts / "timeline-hour.png")
    # Ten minutes more: the oldest sound makes room for the newest.
    replay(page, HOUR_S + 600, perFrame=10, **{"from": HOUR_S})
    assert page.evaluate("session.sound.ring.startMs") >= 590_000
    assert memory(cdp) - before < hour + 4 * MEGABYTE
    clock = [task.clock for task in tasks]
    late = sum(ms > LONG_TASK_MS for ms in clock)
    print(
        f"longest task {max(tasks).processor:.1f} ms of processor, {max(clock):.0f} ms on the clock"
        f" ({late} of {len(tasks)} above {LONG_TASK_MS}), the last ten minutes' work"
        f" {grown:.2f} times the first's, {hour / MEGABYTE:.0f} MB for the hour"
    )
