import re
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from server.app import build_metrics_app
from server.headers import HEADERS, POLICY
from tests.server.running import Running

EVERYWHERE = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Server": "vivavoz",
    "X-Content-Type-Options": "nosniff",
}
FORBIDDEN = ("X-Powered-By", "Access-Control-Allow-Origin", "Set-Cookie")

ANSWERS: list[tuple[str, str, int, str, dict[str, Any]]] = [
    ("GET", "/", 200, "no-cache", {}),
    ("HEAD", "/", 200, "no-cache", {}),
    ("GET", "/app.js", 200, "no-cache", {}),
    ("GET", "/worklet.js", 200, "no-cache", {}),
    ("GET", "/icon-192.png", 200, "no-cache", {}),
    ("GET", "/healthz", 200, "no-store", {}),
    ("GET", "/readyz", 200, "no-store", {}),
    ("GET", "/v1/model", 200, "no-store", {}),
    ("GET", "/v1/stream", 426, "no-store", {}),
    ("POST", "/v1/classify", 415, "no-store", {}),
    ("POST", "/v1/classify", 415, "no-store", {"headers": {"Content-Encoding": "gzip"}}),
    ("POST", "/v1/classify", 403, "no-store", {"headers": {"Origin": "http://evil.example"}}),
    ("GET", "/nothing", 404, "no-store", {}),
    ("POST", "/healthz", 405, "no-store", {}),
    ("OPTIONS", "/v1/classify", 405, "no-store", {}),
]


@pytest.mark.parametrize(("method", "path", "status", "cache", "options"), ANSWERS)
async def test_they_are_on_every_answer(
    server: Running, method: str, path: str, status: int, cache: str, options: dict[str, Any]
) -> None:
    found, _, headers = await server.request(method, path, **options)
    assert found == status
    assert {name: headers.get(name) for name in HEADERS} == HEADERS
    assert EVERYWHERE.items() <= headers.items()
    assert headers["Cache-Control"] == cache
    assert not [name for name in FORBIDDEN if name in headers]


async def test_they_are_on_a_page_that_did_not_change(server: Running) -> None:
    _, _, headers = await server.request("GET", "/app.js")
    again = {"If-None-Match": headers["Etag"]}
    status, _, headers = await server.request("GET", "/app.js", headers=again)
    assert status == 304
    assert {name: headers.get(name) for name in HEADERS} == HEADERS


async def test_they_are_on_a_fault_of_ours(
    server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(server.service), "unready", property(lambda _: 1 / 0))
    status, _, headers = await server.request("GET", "/readyz")
    assert status == 500
    assert {name: headers.get(name) for name in HEADERS} == HEADERS


async def test_they_are_on_the_upgrade(server: Running) -> None:
    async with server.connect() as socket:
        assert {name: socket.response.headers.get(name) for name in HEADERS} == HEADERS


async def test_they_are_on_the_metrics(server: Running, unused_tcp_port: int) -> None:
    runner = web.AppRunner(build_metrics_app(server.service.metrics))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", unused_tcp_port).start()
    url = f"http://127.0.0.1:{unused_tcp_port}/metrics"
    async with aiohttp.ClientSession() as client, client.get(url) as answer:
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
        assert answer.headers["Cache-Control"] == "no-store"
    await runner.cleanup()


def test_the_policy_lets_nothing_in_from_elsewhere() -> None:
    policy = HEADERS["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert not re.search(r"https?:|data:|blob:|\*", policy)
    assert {POLICY[name] for name in ("base-uri", "form-action", "frame-ancestors")} == {"'none'"}
    assert "require-trusted-types-for 'script'; trusted-types 'none'" in policy


def test_the_microphone_is_all_that_the_page_may_ask_for() -> None:
    allowed = [
        part for part in HEADERS["Permissions-Policy"].split(", ") if not part.endswith("=()")
    ]
    assert allowed == ["microphone=(self)"]
