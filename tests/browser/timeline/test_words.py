"""The same as a table, as shares, and in Spanish."""

import pytest
from playwright.sync_api import expect

from tests.browser.timeline.pages import OpenTimeline, hear, replay, say

pytestmark = pytest.mark.browser


def test_the_table_says_the_same_and_is_copied(open_timeline: OpenTimeline) -> None:
    page = open_timeline(permissions=["clipboard-read", "clipboard-write"])
    hear(page, 12_000, 300)
    say(page, 1000, 3500, "sad")
    say(page, 4000, 5000, "too_short")
    page.locator(".verdicts summary").click()
    say(page, 6000, 8000, "angry", final=False)
    rows = page.locator(".verdicts tbody tr")
    expect(rows).to_have_count(3)
    assert rows.nth(0).locator("td").all_inner_texts()[:5] == ["1.00", "3.50", "Sad", "50%", "10%"]
    expect(rows.nth(1)).to_contain_text("Too short")
    expect(rows.nth(2)).to_contain_text("Angry (still speaking)")
    say(page, 6000, 8000, "angry")
    expect(rows.nth(2)).not_to_contain_text("speaking")
    page.evaluate("session.dispatch({type: 'page.gap', startMs: 3600, endMs: 3900})")
    expect(rows).to_have_count(4)
    expect(rows.nth(1)).to_contain_text("Sound lost")
    page.get_by_role("button", name="Copy the table").click()
    expect(page.locator(".verdicts-told")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()").splitlines()
    assert copied[0].split("\t")[:4] == ["Start (s)", "End (s)", "How it sounds", "How sure"]
    assert copied[1].split("\t") == rows.nth(0).locator("td").all_inner_texts()
    assert len(copied) == 5


def test_the_trend_shows_shares_of_the_last_minutes(open_timeline: OpenTimeline) -> None:
    page = open_timeline()
    expect(page.locator("#trend")).to_be_hidden()
    hear(page, 12_000, 300)
    say(page, 1000, 4000, "sad")
    say(page, 5000, 6000, "angry")
    expect(page.locator("#trend li[data-emotion=sad]")).to_have_attribute("data-share", "0.7500")
    expect(page.locator("#trend li[data-emotion=sad]")).to_contain_text("75%")
    expect(page.locator("#trend li[data-emotion=angry]")).to_contain_text("25%")
    assert page.locator("#trend li").count() == 6
    assert page.locator("#trend li[data-emotion=sad] .trend-line path").get_attribute("d")


def test_in_spanish_every_word_is(open_timeline: OpenTimeline) -> None:
    page = open_timeline()
    page.evaluate("session.begin({language: 'es'})")
    replay(page, 20)
    expect(page.locator("#chart")).to_have_attribute("aria-label", "Línea de tiempo de la voz")
    expect(page.locator(".player-words")).to_contain_text("memoria de este navegador")
    expect(page.locator("#trend h2")).to_have_text("Los últimos 5 minutos")
    assert page.locator(".chart-bar").count() == 1
