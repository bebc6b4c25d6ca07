"""The page over a network that is cut while somebody speaks: nothing lost, nothing twice.

Cuts at any moment are in test_bench_cuts.py.
"""

from __future__ import annotations

import random
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, WebSocket, expect

from bench.network import Cut, network
from tests.browser.conftest import OpenPage, serving, write_wav
from tests.browser.test_live import check_own_sound, classify, stop
from tests.voice import Pcm, talk

pytestmark = pytest.mark.browser


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
    expect(page.locator("#state")).to_have_attribute("data-connection", state)


def wait_for(page: Page, count: int, seconds: float) -> None:
    expect(page.locator("#timeline li[data-final=true]")).to_have_count(
        count, timeout=seconds * 1000
    )


def test_ten_seconds_without_a_network_lose_nothing(
    open_page: OpenPage, server_url: str, tmp_path: Path, artifacts: Path
) -> None:
    recording = write_wav(tmp_path / "talk.wav", conversation(6, seed=11))
    told = classify(recording)
    with network(server_url) as through:
        page = open_page(recording, url=through.url)
        sockets = watch(page)
        begin(page)
        expect(page.locator("#lamp")).to_have_attribute("data-on", "true")
        through.outage(10)
        expect_connection(page, "reconnecting")
        page.screenshot(path=artifacts / "reconnecting.png", full_page=True)
        expect_connection(page, "open")
        wait_for(page, len(told), 60)
        assert len(sockets) >= 2
        stop(page)
        assert len(check_own_sound(page, tmp_path)) == len(told)


def test_after_stop_nothing_reconnects(
    open_page: OpenPage, server_url: str, tmp_path: Path
) -> None:
    recording = write_wav(tmp_path / "talk.wav", conversation(3, seed=2))
    with network(server_url) as through:
        page = open_page(recording, url=through.url)
        sockets = watch(page)
        begin(page)
        through.suffer([Cut(0, reset=True, out_s=6)])
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
    with serving() as second, ExitStack() as until_the_end:
        with serving() as first:
            through = until_the_end.enter_context(network(first))
            page = open_page(recording, url=through.url)
            begin(page)
            wait_for(page, 1, 30)
            expect(page.locator("#lamp")).to_have_attribute("data-on", "true")
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
