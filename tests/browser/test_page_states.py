"""Each state of the live view, as the server's messages make it.

The server here is a script: a real one cannot be made to say each of its reasons in turn. What a
real one says is in test_live.py.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.browser

LABELS = ["angry", "disgust", "fearful", "happy", "neutral", "sad"]
CREATED = {
    "type": "session.created",
    "session_id": "0" * 32,
    "protocol": "vivavoz.v1",
    "model": {"name": "default", "version": "1", "labels": LABELS},
    "config": {"sample_rate": 16000, "interim_ms": 1000, "vad": {}},
    "limits": {},
    "resumed": False,
}


class Script:
    """The other end of the page's connection."""

    def __init__(self, page: Page) -> None:
        self.sockets: list[WebSocketRoute] = []
        page.route_web_socket("**/v1/stream", self._open)
        page.reload()
        page.click("#start")
        expect(page.locator("#state")).to_have_attribute("data-state", "listening")

    def _open(self, socket: WebSocketRoute) -> None:
        self.sockets.append(socket)

        def answer(message: str | bytes) -> None:
            if isinstance(message, str) and json.loads(message)["type"] == "session.start":
                self.say(**{**CREATED, "resumed": len(self.sockets) > 1})

        socket.on_message(answer)

    def say(self, **message: Any) -> None:
        self.sockets[-1].send(json.dumps(message))

    def speak(
        self, start: int, *, final: bool, label: str | None, reason: str | None = None
    ) -> None:
        scores = dict.fromkeys(LABELS, 0.1) | {label or "sad": 0.5}
        self.say(
            type="emotion",
            utterance_id=start,
            segment=0,
            final=final,
            start_ms=start,
            end_ms=start + 900,
            label=label,
            reason=reason,
            confidence=0.5,
            scores=scores,
            model="1",
            latency_ms=42,
        )


@pytest.mark.parametrize(
    ("reason", "word", "why"),
    [
        ("uncertain", "Uncertain", "No emotion stands out"),
        ("too_short", "Too short", "too little voice"),
        ("too_noisy", "Too noisy", "hardly stands out from the noise"),
        ("no_speech", "No speech", "does not sound like speech"),
        ("clipped", "Too loud", "distorted"),
        ("overloaded", "Skipped", "had no time"),
    ],
)
def test_why_there_is_no_label_is_said_in_words(
    open_page: OpenPage, reason: str, word: str, why: str
) -> None:
    page = open_page()
    script = Script(page)
    script.speak(0, final=True, label=None, reason=reason)
    expect(page.locator("#current-word")).to_have_text(word)
    expect(page.locator("#current-detail")).to_contain_text(why)
    expect(page.locator("#current")).to_have_attribute("data-reason", reason)
    assert page.locator("#scores li").count() == len(LABELS)
    expect(page.locator("#timeline li")).to_contain_text(why)


def test_an_interim_verdict_is_lighter_than_a_final_one(open_page: OpenPage) -> None:
    page = open_page(reduced_motion="reduce")
    script = Script(page)
    colour = "() => getComputedStyle(document.getElementById('current-word')).color"
    script.say(type="utterance.started", utterance_id=0, start_ms=0)
    script.speak(0, final=False, label="happy")
    expect(page.locator("#current")).to_have_attribute("data-final", "false")
    expect(page.locator("#current-caption")).to_contain_text("So far")
    interim = page.evaluate(colour)
    script.speak(0, final=True, label="happy")
    expect(page.locator("#current")).to_have_attribute("data-final", "true")
    expect(page.locator("#current-caption")).to_contain_text("Just said")
    assert page.evaluate(colour) != interim
    expect(page.locator("#current-detail")).to_have_text("50% sure")
    expect(page.locator("#scores [data-emotion=happy]")).to_have_attribute("data-top", "true")
    expect(page.locator("#latency")).to_have_text("Delay 42 ms")


def test_the_lamp_follows_speech_and_takes_itself_back(open_page: OpenPage) -> None:
    page = open_page()
    script = Script(page)
    lamp = page.locator("#lamp")
    script.say(type="utterance.started", utterance_id=0, start_ms=0)
    expect(lamp).to_have_text("Speech")
    script.speak(0, final=True, label="sad")
    script.say(type="utterance.ended", utterance_id=0, end_ms=900, discarded=None)
    expect(lamp).to_have_text("No speech")
    script.say(type="utterance.started", utterance_id=2000, start_ms=2000)
    script.speak(2000, final=False, label="angry")
    expect(page.locator("#current")).to_have_attribute("data-label", "angry")
    script.say(type="utterance.ended", utterance_id=2000, end_ms=2100, discarded="too_short")
    expect(lamp).to_have_attribute("data-on", "false")
    expect(page.locator("#current")).to_have_attribute("data-label", "sad")
    expect(page.locator("#timeline li")).to_have_count(1)


def test_the_state_of_the_connection_is_seen(open_page: OpenPage) -> None:
    page = open_page()
    script = Script(page)
    state = page.locator("#state")
    expect(state).to_have_attribute("data-connection", "open")
    script.say(type="warning", code="quiet", message="")
    expect(page.locator("#warning")).to_contain_text("very quiet")
    script.sockets[-1].close(code=1011, reason="gone")
    expect(state).to_have_text("Reconnecting")
    expect(page.locator("#warning")).to_contain_text("what is said meanwhile is kept")
    expect(state).to_have_text("Listening")
    expect(page.locator("#warning")).to_be_hidden()
    assert len(script.sockets) == 2
