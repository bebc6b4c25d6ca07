"""Bodies that are not what they say, sent byte by byte."""

import asyncio
import gzip
import json
import logging
from typing import Any

import pytest

from server.logs import WithoutBadRequests
from tests.server.conftest import Start
from tests.server.running import Running
from tests.server.test_recording import VOICE, encode

WAV = encode(VOICE)


async def posted(server: Running, headers: str, *body: bytes) -> tuple[int, Any]:
    """What the body, sent piece by piece, is answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    head = f"POST /v1/classify HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n\r\n"
    writer.write(head.encode())
    for piece in body:
        await asyncio.sleep(0)
        writer.write(piece)
        await writer.drain()
    answer = await asyncio.wait_for(reader.read(), 20)
    writer.close()
    said, _, content = answer.partition(b"\r\n\r\n")
    return int(said.split()[1]), json.loads(content)


async def test_chunks_are_put_together(server: Running) -> None:
    pieces = [
        b"%x\r\n%s\r\n" % (len(WAV[i : i + 999]), WAV[i : i + 999]) for i in range(0, len(WAV), 999)
    ]
    status, body = await posted(server, "Transfer-Encoding: chunked", *pieces, b"0\r\n\r\n")
    assert status == 200, body


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "GZIP", "gzip, gzip", "x"])
async def test_what_is_compressed_is_refused_and_not_unpacked(
    server: Running, encoding: str
) -> None:
    content = gzip.compress(WAV)
    headers = f"Content-Encoding: {encoding}\r\nContent-Length: {len(content)}"
    status, body = await posted(server, headers, content)
    assert (status, body["error"]["code"]) == (415, "encoded")


async def test_what_says_that_it_is_not_compressed_is_taken(server: Running) -> None:
    headers = f"Content-Encoding: identity\r\nContent-Length: {len(WAV)}"
    assert (await posted(server, headers, WAV))[0] == 200


async def test_a_bomb_costs_nothing(server: Running) -> None:
    bomb = gzip.compress(bytes(100 << 20))  # 100 kB
    headers = f"Content-Encoding: gzip\r\nContent-Length: {len(bomb)}"
    status, body = await posted(server, headers, bomb)
    assert (status, body["error"]["code"]) == (415, "encoded")
    status, body = await posted(server, f"Content-Length: {len(bomb)}", bomb)
    assert (status, body["error"]["code"]) == (415, "not_audio")


@pytest.mark.parametrize(
    "broken", [b"zz\r\nabc\r\n", b"-5\r\nabc\r\n", b"5;a=\r\n", b"5\r\nabcdefgh\r\n"]
)
async def test_chunks_that_are_none(
    start: Start, broken: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    server = await start(upload_within_ms=300)
    pieces = (b"4\r\nRIFF\r\n", broken, b"0\r\n\r\n")
    status, _ = await posted(server, "Transfer-Encoding: chunked", *pieces)
    assert status in {400, 408}  # aiohttp waits for more where the first chunk was one
    shown = [record for record in caplog.records if WithoutBadRequests().filter(record)]
    assert not [record for record in shown if record.exc_info]


async def test_it_is_refused_before_it_has_come(server: Running) -> None:
    status, body = await posted(server, "Content-Length: 99999999999")
    assert (status, body["error"]["code"]) == (413, "too_big")
