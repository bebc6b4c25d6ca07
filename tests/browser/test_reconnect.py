"""The page over a network that is cut while somebody speaks: nothing lost, nothing twice."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
from playwright.sync_api import Page, WebSocket, expect

from bench.fault_proxy import FaultProxy
from tests.browser.conftest import OpenPage, serving, write_wav
from tests.browser.test_live import classify, finals, stop
from tests.voice import Pcm, talk

pytestmark = pytest.mark.browser

NEAR_MS = 100
CUTS = 8


class Network:
    """A proxy on a thread of its own: the test waits for the page meanwhile."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        assert parts.hostname
        assert parts.port
        self.proxy = FaultProxy(parts.hostname, parts.port)
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever)
        self._thread.start()
        self._do(self.proxy.__aenter__())
        self.url = f"http://127.0.0.1:{self.proxy.port}"

    def close(self) -> None:
        self._do(self._end())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()

    def cut_after(self, seconds: float, *, reset: bool) -> None:
        cut = partial(self.proxy.cut, reset=reset)
        self.loop.call_soon_threadsafe(self.loop.call_later, seconds, cut)

    def outage(self, seconds: float) -> None:
        """Begins now; ends by itself."""

        async def out() -> None:
            async with self.proxy.outage():
                await asyncio.sleep(seconds)

        asyncio.run_coroutine_threadsafe(out(), self.loop)

    def forward_to(self, url: str) -> None:
        parts = urlsplit(url)
        assert parts.hostname
        assert parts.port
        self.loop.call_soon_threadsafe(self.proxy.forward_to, parts.hostname, parts.port)

    async def _end(self) -> None:
        await self.proxy.__aexit__()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:  # an outage that is not over
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _do(self, what: Any) -> None:
        asyncio.run_coroutine_threadsafe(what, self.loop).result(10)


@contextmanager
def network(url: str) -> Iterator[Network]:
    through = Network(url)
    try:
        yield through
    finally:
        through.close()


def conversation(times: int, seed: int) -> Pcm:
    """Utterances of different lengths, so that no one is taken for another."""
    rng = random.Random(seed)
    parts = [np.zeros(16000, "<i2")]
    parts += [
        talk(silence=0, voice=rng.uniform(0.8, 3.2), pause=rng.uniform(0.8, 1.4), times=1)
        for _ in range(times)
    ]
    return np.concatenate(parts)


def watch(page: Page) -> list[WebSocket]:
    sockets: list[WebSocket] = []
    page.on("websocket", lambda socket: sockets.append(socket))
    return sockets


def begin(page: Page) -> None:
    page.click("#start")
    expect_connection(page, "open")


def expect_connection(page: Page, state: str) -> None:
    expect(page.locator("#state")).to_have_attribute("data-connection", state, timeout=30_000)


def wait_for(page: Page, count: int, seconds: float) -> None:
    expect(page.locator("#timeline li[data-final=true]")).to_have_count(
        count, timeout=seconds * 1000
    )


def check_same(seen: list[dict[str, str]], told: list[dict[str, Any]]) -> None:
    """The same segments as the file gives; the microphone began a constant time beside it."""
    assert len(seen) == len(told)
    shifts = [
        [int(row["startMs"]) - s["start_ms"], int(row["endMs"]) - s["end_ms"]]
        for row, s in zip(seen, told, strict=True)
    ]
    assert np.abs(shifts - np.median(shifts)).max() <= NEAR_MS, shifts


def test_cuts_at_any_moment_change_nothing(
    open_page: OpenPage, server_url: str, tmp_path: Path
) -> None:
    recording = write_wav(tmp_path / "talk.wav", conversation(9, seed=5))
    told = classify(recording)
    with network(server_url) as through:
        page = open_page(recording, url=through.url)
        sockets = watch(page)
        begin(page)
        rng = random.Random(7)
        for _ in range(CUTS):
            through.cut_after(rng.uniform(0.5, 26), reset=rng.random() < 0.5)
        wait_for(page, len(told), 60)
        check_same(finals(page), told)
        assert len(sockets) >= CUTS // 2  # two may fall together
        stop(page)
        assert page.locator("#timeline li").count() == len(told)


def test_ten_seconds_without_a_network_lose_nothing(
    open_page: OpenPage, server_url: str, tmp_path: Path, artifacts: Path
) -> None:
    recording = write_wav(tmp_path / "talk.wav", conversation(9, seed=11))
    told = classify(recording)
    with network(server_url) as through:
        page = open_page(recording, url=through.url)
        sockets = watch(page)
        begin(page)
        expect(page.locator("#lamp")).to_have_attribute("data-on", "true", timeout=30_000)
        through.outage(10)
        expect_connection(page, "reconnecting")
        page.screenshot(path=artifacts / "reconnecting.png", full_page=True)
        expect_connection(page, "open")
        wait_for(page, len(told), 60)
        check_same(finals(page), told)
        assert len(sockets) >= 2
        stop(page)


def test_after_stop_nothing_reconnects(
    open_page: OpenPage, server_url: str, tmp_path: Path
) -> None:
    recording = write_wav(tmp_path / "talk.wav", conversation(3, seed=2))
    with network(server_url) as through:
        page = open_page(recording, url=through.url)
        sockets = watch(page)
        begin(page)
        through.outage(6)
        through.cut_after(0, reset=True)
        expect_connection(page, "reconnecting")
        page.click("#start")
        expect_connection(page, "closed")
        count = len(sockets)
        page.wait_for_timeout(4000)  # in which a link that was not over would have tried
        page.evaluate("dispatchEvent(new Event('online'))")
        page.wait_for_timeout(500)
        assert len(sockets) == count


def test_a_server_that_restarts_is_gone_on_with(open_page: OpenPage, tmp_path: Path) -> None:
    recording = write_wav(tmp_path / "talk.wav", conversation(5, seed=3))
    told = classify(recording)
    with serving() as second:
        with serving() as first:
            through = Network(first)
            page = open_page(recording, url=through.url)
            begin(page)
            wait_for(page, 1, 30)
            expect(page.locator("#lamp")).to_have_attribute("data-on", "true", timeout=30_000)
            through.forward_to(second)
        # The first one has drained: what was under way is one utterance, in a segment more.
        expect_connection(page, "open")
        expect(page.locator("#lamp")).to_have_attribute("data-on", "false", timeout=60_000)
        page.wait_for_function(
            "most => new Set([...document.querySelectorAll('#timeline li[data-final=true]')]"
            ".map(row => row.dataset.utterance)).size >= most",
            arg=len({s["start_ms"] for s in told}),
            timeout=60_000,
        )
        stop(page)
        through.close()
