"""What is refused before the upgrade, and the token that may also come after it."""

import json
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from tests.server.conftest import Start
from tests.server.running import Running, begin, rest


async def refused(server: Running, **options: Any) -> tuple[int, dict[str, Any], Any]:
    with pytest.raises(InvalidStatus) as caught:
        async with server.connect(**options):
            pass
    response = caught.value.response
    return response.status_code, json.loads(response.body)["error"], response.headers


async def test_only_our_sub_protocol_is_spoken(server: Running) -> None:
    for offered in (None, ["chat"]):
        status, error, _ = await refused(server, subprotocols=offered)
        assert status == 400
        assert "vivavoz.v1" in error["message"]
    async with server.connect(subprotocols=["chat", "vivavoz.v1"]) as socket:
        assert socket.subprotocol == "vivavoz.v1"


async def test_what_is_no_websocket_is_told_so(server: Running) -> None:
    status, body, headers = await server.request("GET", "/v1/stream")
    assert status == 426
    assert headers["Upgrade"] == "websocket"
    assert "WebSocket" in body["error"]["message"]


@pytest.mark.parametrize("origin", ["null", "https://evil.example", "file://", "127.0.0.1"])
async def test_pages_of_other_origins_are_refused(server: Running, origin: str) -> None:
    status, error, _ = await refused(server, origin=origin)
    assert (status, error["code"]) == (403, "origin")


async def test_our_own_page_and_those_allowed_may_connect(start: Start) -> None:
    server = await start(allow_origin=["https://app.example"])
    for origin in (server.http, "https://app.example", None):
        async with server.connect(origin=origin) as socket:
            assert (await begin(socket))["type"] == "session.created"


async def test_so_many_sessions_from_one_address_and_no_more(start: Start) -> None:
    server = await start(max_sessions_per_address=2)
    async with server.connect() as first, server.connect():
        status, error, headers = await refused(server)
        assert (status, error["code"]) == (503, "overloaded")
        assert int(headers["Retry-After"]) > 0
        await first.close()
        await server.until(lambda: server.service.sessions.taken == 1)
        async with server.connect() as third:
            assert (await begin(third))["type"] == "session.created"
    assert server.counted("refusals_total", cause="overloaded_address") == 1


async def test_so_many_sessions_in_all_and_no_more(start: Start) -> None:
    server = await start(max_sessions=1)
    async with server.connect():
        status, _, _ = await refused(server)
        assert status == 503
    assert server.counted("refusals_total", cause="overloaded_total") == 1


async def test_the_token_may_come_with_the_start_or_in_the_header(start: Start) -> None:
    server = await start(token="sesame")
    async with server.connect() as socket:
        assert (await begin(socket, token="sesame"))["type"] == "session.created"
    header = {"Authorization": "Bearer sesame"}
    async with server.connect(additional_headers=header) as socket:
        assert (await begin(socket))["type"] == "session.created"


async def test_a_wrong_token_is_refused(start: Start) -> None:
    server = await start(token="sesame")
    status, error, headers = await refused(
        server, additional_headers={"Authorization": "Bearer open"}
    )
    assert (status, error["code"], headers["WWW-Authenticate"]) == (401, "token", "Bearer")
    for fields in ({}, {"token": "open"}, {"token": "sesam\u00eb"}):
        async with server.connect() as socket:
            answer = await begin(socket, **fields)
            assert (answer["code"], answer["fatal"]) == ("token", True)
            assert await rest(socket) == []
            assert socket.close_code == 4401
