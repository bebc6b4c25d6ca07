"""What can be asked for, and above all what cannot: said byte by byte, as no client would."""

import asyncio
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from server.page import INDEX, add_page, files_of, page_files
from tests.server.running import Running

PAGE = Path(__file__).parents[2] / "client_web"
ELSEWHERE = [
    "/../pyproject.toml",
    "/../server/settings.py",
    "/./../pyproject.toml",
    "/..%2fpyproject.toml",
    "/..%2Fpyproject.toml",
    "/%2e%2e/pyproject.toml",
    "/%2e%2e%2fpyproject.toml",
    "/%252e%252e%252fpyproject.toml",
    "/%c0%ae%c0%ae/pyproject.toml",
    "/..%c0%afpyproject.toml",
    "/..\\pyproject.toml",
    "/..%5cpyproject.toml",
    "/....//pyproject.toml",
    "/..;/pyproject.toml",
    "/app.js/..%2f..%2fpyproject.toml",
    "/app.js%00.html",
    "/app.js%00",
    "/%00",
    "/app.js\x00",
    "/app.js/",
    "/app.js%20",
    "/app.js.",
    "/app.js::$DATA",
    "/APP.JS",
    "//etc/passwd",
    "///etc/passwd",
    "/etc/passwd",
    "/file:///etc/passwd",
    "/~root/.ssh/id_rsa",
    "/.git/config",
    "/.env",
    "/__init__.py",
    "/__pycache__/",
    "/client_web/",
    "/client_web/app.js",
    "/models/default/model.onnx",
    "/index.html/..",
    "/app.js~",
    "/app.js.bak",
    "/app%2ejs%2f",
    "/" + "a" * 4000,
    "/" + "../" * 500 + "etc/passwd",
    "pyproject.toml",
    "../pyproject.toml",
    "",
]


async def asked(server: Running, path: bytes) -> tuple[int, bytes]:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"GET " + path + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    answer = await reader.read()
    writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), body


@pytest.mark.parametrize("path", ELSEWHERE, ids=lambda path: repr(path)[:40])
async def test_nothing_else_can_be_asked_for(server: Running, path: str) -> None:
    status, body = await asked(server, path.encode("latin-1"))
    assert status in {400, 404}
    assert b"[project]" not in body
    assert b"root:" not in body
    assert b"import" not in body


async def test_no_folder_is_listed(server: Running) -> None:
    for path in (b"/.", b"/./", b"/%2e"):
        status, body = await asked(server, path)
        assert status in {200, 404}  # a path that is cleaned up is that of the page
        assert b"app.js</a>" not in body
        assert b"Index of" not in body


async def test_every_file_of_the_page_can_be(server: Running) -> None:
    for name, path in page_files().items():
        assert await asked(server, f"/{name}".encode()) == (200, path.read_bytes())


def test_only_files_of_the_page_are_served() -> None:
    names = page_files()
    assert {INDEX, "app.js", "worklet.js", "style.css", "icon.svg"} <= names.keys()
    assert all(path.parent == PAGE for path in names.values())
    assert not [name for name in names if name.endswith(".py")]


def test_what_lies_in_the_folder_and_is_not_served(tmp_path: Path) -> None:
    (tmp_path / "app.js").write_text("1;")
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "app.py").write_text("secret")
    (tmp_path / ".hidden.js").write_text("secret")
    (tmp_path / "folder.js").mkdir()
    (tmp_path / "link.js").symlink_to(tmp_path / "secret.txt")
    (tmp_path / "upwards.html").symlink_to("/etc/passwd")
    (tmp_path / "dangling.js").symlink_to(tmp_path / "nothing")
    assert files_of(tmp_path).keys() == {"app.js"}


async def test_a_file_that_is_gone_says_no_more_than_that(tmp_path: Path) -> None:
    (tmp_path / INDEX).write_text("page")
    app = web.Application()
    add_page(app.router, files_of(tmp_path))
    async with TestClient(TestServer(app)) as client:
        assert (await client.get("/")).status == 200
        (tmp_path / INDEX).unlink()
        answer = await client.get("/")
        assert answer.status == 500
        assert str(tmp_path) not in await answer.text()
