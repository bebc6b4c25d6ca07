import re
import zlib
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from server.app import build_metrics_app
from server.page import add_page
from tests.server.conftest import Start
from tests.server.running import Running, begin, blocks, hear
from tests.voice import talk

PAGE = Path(__file__).parents[2] / "client_web"


async def test_a_refusal_is_json_whoever_makes_it(server: Running) -> None:
    for method, path, status, code in [
        ("GET", "/nothing", 404, "not_found"),
        ("GET", "/v1/classify", 405, "method_not_allowed"),
    ]:
        found, body, headers = await server.request(method, path)
        assert (found, body["error"]["code"]) == (status, code)
        assert body["error"]["message"]
    assert headers["Allow"] == "POST"
    assert server.counted("refusals_total", cause="not_found") == 1


async def test_a_fault_of_ours_is_json_too(
    server: Running, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(type(server.service), "unready", property(lambda _: 1 / 0))
    status, body, _ = await server.request("GET", "/readyz")
    assert (status, body["error"]["code"]) == (500, "internal")
    assert "ZeroDivision" not in str(body)
    assert any("ZeroDivisionError" in str(record.exc_info) for record in caplog.records)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("", "text/html; charset=utf-8"),
        ("app.js", "text/javascript; charset=utf-8"),
        ("style.css", "text/css; charset=utf-8"),
        ("icon.svg", "image/svg+xml"),
    ],
)
async def test_the_page_is_served_as_what_it_is(server: Running, name: str, kind: str) -> None:
    status, body, headers = await server.request("GET", f"/{name}")
    assert (status, headers["Content-Type"], headers["Cache-Control"]) == (200, kind, "no-cache")
    assert body == (PAGE / (name or "index.html")).read_bytes()


@pytest.mark.parametrize(("name", "packed"), [("app.js", True), ("icon-192.png", False)])
async def test_what_gets_smaller_is_sent_compressed(
    server: Running, name: str, packed: bool
) -> None:
    async with aiohttp.ClientSession(auto_decompress=False) as client:
        url, gzip = f"{server.http}/{name}", {"Accept-Encoding": "gzip"}
        async with client.get(url, headers=gzip) as answer:
            body = await answer.read()
            assert (answer.headers.get("Content-Encoding") == "gzip") is packed
        async with client.get(url, headers={"Accept-Encoding": "identity"}) as answer:
            assert "Content-Encoding" not in answer.headers
            whole = await answer.read()
    assert whole == (PAGE / name).read_bytes()
    assert (zlib.decompress(body, 31) if packed else body) == whole
    assert len(body) < len(whole) * (0.7 if packed else 1.01)


async def test_a_file_that_changes_has_another_tag(tmp_path: Path) -> None:
    path = tmp_path / "app.js"
    path.write_text("1;")
    app = web.Application()
    add_page(app.router, {"app.js": path, "index.html": path})
    async with TestClient(TestServer(app)) as client:
        first = (await client.get("/app.js")).headers["Etag"]
        assert (await client.get("/app.js", headers={"If-None-Match": first})).status == 304
        path.write_text("2;")
        answer = await client.get("/app.js", headers={"If-None-Match": first})
        assert (answer.status, await answer.text()) == (200, "2;")


async def test_a_browser_asks_again_and_gets_only_what_changed(server: Running) -> None:
    _, _, headers = await server.request("GET", "/app.js")
    again = {"If-None-Match": headers["Etag"]}
    status, body, _ = await server.request("GET", "/app.js", headers=again)
    assert (status, body) == (304, b"")


async def test_metrics_are_on_a_port_of_their_own(start: Start, unused_tcp_port: int) -> None:
    server = await start()
    assert (await server.request("GET", "/metrics"))[0] == 404
    await hear(server, blocks(talk(silence=0.4, voice=1.0, pause=0.7, times=2)))
    runner = web.AppRunner(build_metrics_app(server.service.metrics))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", unused_tcp_port).start()
    url = f"http://127.0.0.1:{unused_tcp_port}/metrics"
    async with server.connect() as socket:
        await begin(socket)
        async with aiohttp.ClientSession() as client, client.get(url) as answer:
            assert answer.headers["Content-Type"].startswith("text/plain; version=")
            text = await answer.text()
    await runner.cleanup()
    assert "vivavoz_sessions_open 1.0" in text
    assert "vivavoz_sessions_total 2.0" in text
    assert 'vivavoz_utterances_total{kept="true"} 2.0' in text
    assert "vivavoz_audio_seconds_total 3.8" in text
    labels = re.findall(r'vivavoz_verdicts_total\{final="true",verdict="(\w+)"\} (\S+)', text)
    assert sum(float(count) for _, count in labels) == 2
    for name in (
        "queue_depth",
        "workers_busy",
        "inference_seconds_count",
        "queue_wait_seconds_sum",
        "label_latency_seconds_bucket",
        "event_loop_lag_seconds_count",
    ):
        assert f"vivavoz_{name}" in text
    assert "process_resident_memory_bytes" in text


async def test_two_servers_in_one_process_count_apart(start: Start) -> None:
    first, second = await start(), await start()
    await hear(first, [])
    assert (first.counted("sessions_total"), second.counted("sessions_total")) == (1, 0)
