"""The topology for real: TLS and a proxy in front, a server behind it, sessions through both.

nginx stands where Compose has Traefik; the file is the one that is shipped for use with systemd.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from websockets.exceptions import ConnectionClosed

from tests.docker import proxy
from tests.docker.proxy import NGINX, Proxy, begin, refused
from tests.voice import talk

pytestmark = pytest.mark.skipif(not NGINX, reason="there is no nginx; apt-get install nginx-light")

TIMEOUT_S = 6


@pytest.fixture(scope="module")
def pinging(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """The server pings more often than the proxy loses patience, and has one session an address."""
    flags = ("--heartbeat-ms", "2000", "--max-sessions-per-address", "1")
    folder = tmp_path_factory.mktemp("pinging")
    with proxy.standing(folder, *flags, timeout=f"{TIMEOUT_S}s") as standing:
        yield standing


async def fetch(standing: Proxy, url: str, **options: Any) -> tuple[int, bytes, dict[str, str]]:
    async with (
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=standing.trust)) as client,
        client.get(url, allow_redirects=False, **options) as answer,
    ):
        return answer.status, await answer.read(), dict(answer.headers)


async def test_the_page_comes_over_tls_and_http_leads_there(pinging: Proxy) -> None:
    status, body, headers = await fetch(pinging, f"https://localhost:{pinging.https}/")
    assert status == 200
    assert b"<title>" in body
    assert "Content-Security-Policy" in headers
    status, _, headers = await fetch(pinging, f"http://127.0.0.1:{pinging.http}/?lang=es")
    assert (status, headers["Location"]) == (308, "https://127.0.0.1/?lang=es")


async def test_a_page_of_another_origin_is_known_behind_the_proxy(pinging: Proxy) -> None:
    own = f"https://localhost:{pinging.https}"
    async with pinging.connect(origin=own) as socket:
        assert (await begin(socket))["type"] == "session.created"
    assert await refused(pinging.connect(origin="https://elsewhere.example")) == 403


async def test_speech_is_labelled_through_it(pinging: Proxy) -> None:
    pcm = talk(silence=0.4, voice=1.5, pause=0.8, times=1).tobytes()
    async with pinging.connect(local="127.0.0.9") as socket:
        await begin(socket)
        for first in range(0, len(pcm), 3200):
            await socket.send(pcm[first : first + 3200])
        await socket.send(json.dumps({"type": "session.stop"}))
        messages = [json.loads(text) async for text in socket]
    finals = [one for one in messages if one["type"] == "emotion" and one["final"]]
    assert len(finals) == 1
    assert messages[-1]["type"] == "session.closed"


async def test_a_silent_session_outlives_the_proxys_patience(pinging: Proxy) -> None:
    async with pinging.connect(local="127.0.0.8") as socket:
        await begin(socket)
        await asyncio.sleep(2.2 * TIMEOUT_S)  # the time itself is what is tried
        await socket.send(json.dumps({"type": "session.update", "interim_ms": 500}))
        assert json.loads(await socket.recv())["type"] == "session.updated"


async def test_it_is_the_pings_that_keep_it(tmp_path: Path) -> None:
    flags = ("--heartbeat-ms", "60000")
    with proxy.standing(tmp_path, *flags, timeout="3s") as silent:
        async with silent.connect() as socket:
            await begin(socket)
            async with asyncio.timeout(30):
                with pytest.raises(ConnectionClosed):
                    await socket.recv()
        assert "timed out" in silent.errors


async def test_addresses_are_counted_as_the_proxy_says_them(pinging: Proxy) -> None:
    async with pinging.connect(local="127.0.0.2"), pinging.connect(local="127.0.0.3"):
        assert await refused(pinging.connect(local="127.0.0.2")) == 503
        claim = {"X-Forwarded-For": "127.0.0.77"}
        assert await refused(pinging.connect(local="127.0.0.2", additional_headers=claim)) == 503, (
            "who comes through the proxy cannot say who it is"
        )


async def test_nobody_else_is_believed(pinging: Proxy) -> None:
    def claiming(address: str) -> Any:
        return pinging.connect_past(
            local="127.0.0.5", additional_headers={"X-Forwarded-For": address}
        )

    async with claiming("127.0.0.78"):
        assert await refused(claiming("127.0.0.79")) == 503
    async with (  # as the proxy itself, from its address, it would be
        pinging.connect_past(local="127.0.0.1", additional_headers={"X-Forwarded-For": "10.9.9.1"}),
        pinging.connect_past(local="127.0.0.1", additional_headers={"X-Forwarded-For": "10.9.9.2"}),
    ):
        pass


async def test_a_server_that_stops_says_so_through_it(tmp_path: Path) -> None:
    with proxy.standing(tmp_path, in_flight=2) as standing:
        async with (
            standing.connect(local="127.0.0.6") as socket,
            standing.connect(local="127.0.0.6"),
        ):
            assert await refused(standing.connect(local="127.0.0.6")) == 429, "the proxy's limit"
            await begin(socket)
            await socket.send(talk(silence=0.4, voice=1.5, pause=0.0, times=1).tobytes())
            while json.loads(await socket.recv())["type"] != "utterance.started":
                pass
            standing.stop_server()
            async with asyncio.timeout(30):
                messages = [json.loads(text) async for text in until_closed(socket)]
        assert socket.close_code == 1012
        finals = [one for one in messages if one["type"] == "emotion" and one["final"]]
        assert len(finals) == 1, "what was being said is answered"


async def until_closed(socket: Any) -> Any:
    try:
        while True:
            yield await socket.recv()
    except ConnectionClosed:
        return
