import asyncio
import json

import pytest
from aiohttp import web

from client_python import ClosedError, ConnectError, SessionError, connect
from server.protocol import CloseCode, Error, ErrorCode, Resume, VadChange
from tests.client_python.peer import CLOSED, begin, created, hear, peer, say, serve


async def refusal(url: str, **options: float) -> ConnectError:
    with pytest.raises(ConnectError) as caught:
        async with connect(url, sample_rate=16000, **options):
            pass
    return caught.value


async def test_a_session_knows_what_the_server_told_it() -> None:
    async def script(socket: web.WebSocketResponse) -> None:
        await begin(socket)
        await hear(socket)
        await say(socket, CLOSED)

    async with peer(script) as url, connect(url, sample_rate=16000) as session:
        assert (session.session_id, session.model.name) == ("s1", "tiny")
        assert (session.config.sample_rate, session.limits.message_bytes) == (16000, 65536)
        assert await session.stop() == CLOSED


async def test_the_start_carries_only_what_was_chosen() -> None:
    starts = []

    async def script(socket: web.WebSocketResponse) -> None:
        starts.append(json.loads(await begin(socket)))
        await hear(socket)

    vad = VadChange.__origin__(hangover_ms=700)
    resume = Resume(session_id="old", from_ms=9000)
    async with peer(script) as url:
        async with connect(url, sample_rate=8000):
            pass
        async with connect(url, sample_rate=16000, vad=vad, interim_ms=0, token="t", resume=resume):
            pass
    assert starts[0] == {"type": "session.start", "sample_rate": 8000, "interim_ms": 1000}
    assert starts[1]["vad"] == {"hangover_ms": 700}
    assert (starts[1]["interim_ms"], starts[1]["token"]) == (0, "t")
    assert starts[1]["resume"] == {"session_id": "old", "from_ms": 9000}


async def test_nobody_there(unused_tcp_port: int) -> None:
    error = await refusal(f"ws://localhost:{unused_tcp_port}")
    assert "vivavoz serve" in str(error)
    assert "(Connection refused)" in str(error)
    assert error.status is None


async def test_a_name_that_nobody_has() -> None:
    assert "nowhere.invalid" in str(await refusal("ws://nowhere.invalid"))


async def test_a_full_server_says_when_to_come_back() -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        body = {"error": {"code": "overloaded", "message": "all 8 sessions are taken"}}
        return web.json_response(body, status=503, headers={"Retry-After": "7"})

    async with serve(handler) as url:
        error = await refusal(url)
    assert (error.status, error.code, error.retry_after_s) == (503, "overloaded", 7)
    assert "all 8 sessions are taken; try again in 7 s" in str(error)


async def test_a_refusal_by_something_else_is_told_by_its_status() -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        return web.Response(status=403, text="<html>", headers={"Retry-After": "soon"})

    async with serve(handler) as url:
        error = await refusal(url)
    assert (error.status, error.code, error.retry_after_s) == (403, None, None)
    assert "HTTP 403 Forbidden" in str(error)


async def test_a_name_without_its_password_is_no_address() -> None:
    assert "no address" in str(await refusal("ws://someone@localhost"))


async def test_a_page_is_no_server() -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        return web.Response(text="welcome")

    async with serve(handler) as url:
        assert (await refusal(url)).status == 200


async def test_a_socket_of_another_protocol_is_no_server() -> None:
    async def script(socket: web.WebSocketResponse) -> None:
        await hear(socket)

    async with peer(script, protocols=("chat",)) as url:
        assert "vivavoz.v1" in str(await refusal(url))


async def test_a_server_that_says_nothing_is_not_waited_for() -> None:
    async def script(socket: web.WebSocketResponse) -> None:
        await hear(socket)

    async with peer(script) as url:
        assert "0.1 s" in str(await refusal(url, timeout_s=0.1))


@pytest.mark.parametrize("text", ["no json", CLOSED.to_json(), '{"type": "of.tomorrow"}'])
async def test_a_server_that_does_not_begin_a_session(text: str) -> None:
    async def script(socket: web.WebSocketResponse) -> None:
        await socket.send_str(text)
        await hear(socket)

    async with peer(script) as url:
        await refusal(url)


@pytest.mark.parametrize("fatal", [True, False])
async def test_a_refused_start_is_the_servers_error(fatal: bool) -> None:
    async def script(socket: web.WebSocketResponse) -> None:
        text = "this server asks for a token"
        await say(socket, Error(code=ErrorCode.TOKEN, message=text, fatal=fatal, retry_after_ms=5))
        if fatal:
            await socket.close(code=CloseCode.TOKEN)
        else:
            await hear(socket)

    async with peer(script) as url:
        with pytest.raises(SessionError, match="asks for a token") as caught:
            async with connect(url, sample_rate=16000):
                pass
    assert (caught.value.code, caught.value.retry_after_ms) == (ErrorCode.TOKEN, 5)


async def test_a_close_instead_of_a_start() -> None:
    async def script(socket: web.WebSocketResponse) -> None:
        await socket.close(code=CloseCode.RESTARTING, message=b"updating")

    async with peer(script) as url:
        with pytest.raises(ClosedError, match="updating") as caught:
            async with connect(url, sample_rate=16000):
                pass
    assert caught.value.code == CloseCode.RESTARTING


async def test_a_setting_out_of_range_is_refused_before_anything_is_opened() -> None:
    with pytest.raises(ValueError, match="interim_ms"):
        async with connect("ws://localhost:1", sample_rate=16000, interim_ms=-1):
            pass


async def test_leaving_the_block_closes_the_connection() -> None:
    heard = []

    async def script(socket: web.WebSocketResponse) -> None:
        await say(socket, created())
        await socket.receive_str()
        heard.append(await hear(socket))
        heard.append(socket.close_code)

    async with peer(script) as url:
        async with connect(url, sample_rate=16000) as session:
            await session.send(bytes(320))
        with pytest.raises(ClosedError):
            await session.send(bytes(320))
    assert heard == [bytes(320), CloseCode.DONE]


@pytest.mark.parametrize(
    ("answer", "text"), [(None, "within 0.2 s"), (b"220 mail ready\r\n", "is no vivavoz server")]
)
async def test_another_kind_of_server(answer: bytes | None, text: str) -> None:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if answer:
            writer.write(answer)
        await reader.read()
        writer.close()
        left.set()

    left = asyncio.Event()

    async with await asyncio.start_server(speak, "127.0.0.1", 0) as other:
        port = other.sockets[0].getsockname()[1]
        assert text in str(await refusal(f"localhost:{port}", timeout_s=0.2 if not answer else 5))
        await left.wait()
