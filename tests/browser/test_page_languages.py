"""English and Spanish: from the browser, switched by hand, in every place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, serving
from tests.browser.test_page_files import analysed, write

pytestmark = pytest.mark.browser

ENGLISH = re.compile(
    r".{0,30}\b(?:the|and|speech|sound|settings|microphone|angry|recording|server|last minutes)\b",
    re.I,
)


def words(page: Page) -> str:
    """All that can be read or is read out, without names and the card."""
    text: str = page.evaluate(
        """() => {
          const attributes = ["aria-label", "title", "aria-valuetext", "placeholder"];
          const named = [...document.querySelectorAll(attributes.map(name => `[${name}]`).join())]
            .flatMap(element => attributes.map(name => element.getAttribute(name) ?? ""));
          return [document.body.innerText, ...document.querySelectorAll("dialog:not([open])")]
            .map(part => part.innerText ?? part).concat(named).join("\\n");
        }"""
    )
    return text.replace("English", "").replace("vivavoz", "")


def test_the_browser_s_language_is_taken_and_english_otherwise(open_page: OpenPage) -> None:
    spanish = open_page(locale="es-MX")
    expect(spanish.locator("html")).to_have_attribute("lang", "es")
    expect(spanish.locator("#start")).to_have_text("Empezar")
    assert not ENGLISH.findall(words(spanish))
    other = open_page(locale="fr-FR")
    expect(other.locator("html")).to_have_attribute("lang", "en")
    expect(other.locator("#start")).to_have_text("Start")


def test_everything_changes_at_once_and_is_remembered(
    open_page: OpenPage, tmp_path: Path, artifacts: Path
) -> None:
    page = open_page(locale="en-US")
    analysed(page, write(tmp_path / "talk.wav"))
    page.locator("#timeline li .row-listen").first.click()
    assert ENGLISH.findall(words(page))
    page.select_option("#language", "es")
    expect(page.locator("html")).to_have_attribute("lang", "es")
    expect(page.locator("#state")).to_have_text("Parado")
    page.click("#settings-open")
    left = ENGLISH.findall(words(page))
    page.keyboard.press("Escape")
    assert not left
    assert len(page.locator("#timeline li[data-final=true]").all()) == 3
    page.screenshot(path=artifacts / "spanish.png", full_page=True)
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "es")


def test_what_the_server_refuses_is_said_in_spanish(open_page: OpenPage, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("geheim")
    (tmp_path / "notes.wav").write_text("no sound " * 100)
    with serving("--token-file", str(tmp_path / "token")) as url:
        page = open_page(url=url, locale="es-ES")
        page.set_input_files("#file", tmp_path / "notes.wav")
        expect(page.locator("#error")).to_contain_text("pide una clave de acceso")
        page.reload()
        page.click("#start")
        expect(page.locator("#error")).to_contain_text("pide una clave de acceso")
        page.fill("#token", "geheim")
        page.click("#start")
        expect(page.locator("#state")).to_have_text("Escuchando")
        page.click("#start")
        expect(page.locator("#state")).to_have_text("Parado")
        page.set_input_files("#file", tmp_path / "notes.wav")
        expect(page.locator("#error")).to_contain_text("no es una grabación legible")
