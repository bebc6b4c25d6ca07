"""A visit to a server: everything that a client may do, in one connection after the other."""

from __future__ import annotations

import http.client
import json
from typing import Any, Final

import numpy as np
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from server.protocol import PATH, PROTOCOL
from tests.server.running import Pcm, blocks
from tests.server.test_recording import encode
from tests.voice import talk

SOURCE: Final = "127.0.0.77"
"""Where the visitor comes from; no other connects from there."""
PAGE: Final = ("/", "/app.js", "/v1/model", "/v1/model/card", "/healthz", "/nothing")


def canary(seed: int) -> Pcm:
    """Speech with a noise in it that no other recording has."""
    pcm = talk(silence=0.4, voice=1.2, pause=0.8, times=2).astype(np.int32)
    noise = np.random.default_rng(seed).integers(-60, 61, pcm.size)
    return (pcm + noise).clip(-32768, 32767).astype("<i2")


def visit(port: int, pcm: Pcm, *, token: str | None = None) -> tuple[list[Any], int]:
    """See the page, stream, upload, and send what is no recording.

    Returns:
        The finals of the stream, and how many connections it took.
    """
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    for path in PAGE:
        _ask(port, "GET", path, headers=headers)
    large = encode(np.tile(pcm, 12))  # more than the MiB from which aiohttp would use the disk
    uploads = [encode(pcm), encode(pcm, kind="FLAC"), large, large[:-1], encode(pcm)[:3], b"text"]
    for content in uploads:
        _ask(port, "POST", "/v1/classify", content, headers)
    _ask(port, "POST", "/v1/classify", encode(pcm), {"Origin": "http://evil.example"})
    finals = [m for m in _stream(port, pcm, headers) if m["type"] == "emotion" and m["final"]]
    return finals, len(PAGE) + len(uploads) + 2


def _ask(
    port: int, method: str, path: str, body: bytes | None = None, headers: Any = None
) -> tuple[int, bytes]:
    client = http.client.HTTPConnection("127.0.0.1", port, 30, source_address=(SOURCE, 0))
    client.request(method, path, body, headers or {})
    answer = client.getresponse()
    content = answer.read()
    client.close()
    return answer.status, content


def _stream(port: int, pcm: Pcm, headers: dict[str, str]) -> list[Any]:
    messages = []
    with connect(
        f"ws://127.0.0.1:{port}{PATH}",
        subprotocols=[PROTOCOL],
        proxy=None,
        source_address=(SOURCE, 0),
        additional_headers=headers,
    ) as socket:
        socket.send('{"type": "session.start", "sample_rate": 16000, "interim_ms": 300}')
        for block in blocks(pcm):
            socket.send(block.tobytes())
        socket.send('{"type": "session.stop"}')
        try:
            while True:
                messages.append(json.loads(socket.recv(30)))
        except ConnectionClosed:
            return messages
