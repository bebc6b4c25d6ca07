"""What the page fetches: only its own files, all of them there, nothing left over."""

import json
import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "client_web"
FILES = {
    path.name: "" if path.suffix == ".png" else path.read_text(encoding="utf-8")
    for path in sorted(PAGE.iterdir())
    if path.suffix in {".html", ".css", ".js", ".svg", ".webmanifest", ".png"}
}
# Names, which are never fetched; ELAN's files say by them what they are.
NAMESPACES = (
    "http://www.w3.org/2000/svg",
    "http://www.w3.org/2001/XMLSchema-instance",
    "http://www.mpi.nl/tools/elan/EAFv3.0.xsd",
)
REFERENCES = {
    ".html": r'(?:src|href)="([^"#]+)"',
    ".js": r'(?:\bfrom |\bimport |\bimport\(|\bnew URL\()"([^"]+)"',
    ".css": r'(?:url\(|@import )["\']?([^"\')]+)',
    ".svg": r'href="([^"#]+)"',
    ".webmanifest": r'"src": "([^"]+)"',
    ".png": r"(?!)",
}


def references(name: str) -> set[str]:
    found = re.findall(REFERENCES[Path(name).suffix], FILES[name])
    return {str(reference).removeprefix("./") for reference in found}


def test_the_page_fetches_all_of_its_files_and_no_other() -> None:
    reached, waiting = set[str](), {"index.html"}
    while waiting:
        name = waiting.pop()
        assert name in FILES, f"{name} is fetched, but is not in client_web/"
        reached.add(name)
        waiting |= references(name) - reached
    assert {"worklet.js", "protocol.js", "style.css", "icon.svg"} <= reached
    assert reached == set(FILES)


def imported_at_once(name: str) -> list[str]:
    """Modules that a module needs before it runs, in order; types are no imports."""
    found = re.findall(r'^(?:import|export) [^;]*?from "\./([^"]+)";', FILES[name], re.M)
    return [str(other) for other in found]


def test_all_modules_that_it_begins_with_are_asked_for_at_once() -> None:
    begun, waiting = list[str](), ["app.js"]
    while waiting:
        name = waiting.pop(0)
        if name not in begun:
            begun.append(name)
            waiting += imported_at_once(name)
    listed = re.findall(r'<link rel="modulepreload" href="([^"]+)">', FILES["index.html"])
    wanted = sorted(set(begun) - {"app.js"})
    lines = "\n".join(f'<link rel="modulepreload" href="{name}">' for name in wanted)
    assert listed == wanted, f"index.html has to list:\n{lines}"


def test_the_page_can_be_installed_and_caches_nothing() -> None:
    manifest = json.loads(FILES["manifest.webmanifest"])
    assert {"name", "start_url", "display", "icons"} <= manifest.keys()
    sizes = {icon["sizes"] for icon in manifest["icons"]}
    assert {"192x192", "512x512"} <= sizes
    assert any(icon.get("purpose") == "maskable" for icon in manifest["icons"])
    assert not re.findall(r"serviceWorker|caches\b|indexedDB", "".join(FILES.values()))


@pytest.mark.parametrize("name", FILES)
def test_no_file_names_another_place(name: str) -> None:
    text = FILES[name]
    for namespace in NAMESPACES:
        text = text.replace(namespace, "")
    # Sentences may say what https:// is; a host after it would be a request.
    assert not re.findall(r"(?:https?|wss?):/{2}[\w.]+", text)
    assert not re.findall(r"""(?:src|href|url\(|from|import)\s*[="'(]+//""", text)


@pytest.mark.parametrize("name", FILES)
def test_references_are_relative_so_that_the_page_works_below_a_path(name: str) -> None:
    assert not [reference for reference in references(name) if reference.startswith("/")]


def test_the_page_keeps_to_its_content_security_policy() -> None:
    page = FILES["index.html"]
    assert not re.findall(r"<style|\bstyle=|\bon\w+=|javascript:", page)
    assert not re.findall(r"<script(?![^>]*\bsrc=)", page)
    assert "<form" not in page or "action=" not in page
    for name, text in FILES.items():
        assert not re.findall(r"\beval\(|new Function|innerHTML|insertAdjacentHTML", text), name


def test_every_element_that_the_scripts_ask_for_is_in_the_page() -> None:
    ids = re.findall(r'\bid="([^"]+)"', FILES["index.html"])
    assert len(ids) == len(set(ids))
    asked = set(re.findall(r'(?:\$|show)\("([\w-]+)"', "".join(FILES.values())))
    assert len(asked) > 15
    assert asked <= set(ids)
