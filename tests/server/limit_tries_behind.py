"""Tries of the limits of recordings, of the model and of feedback; see `limit_tries`."""

from __future__ import annotations

import asyncio
import io
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import numpy as np
import soundfile

from bench.websocket_case import opening
from server.feedback_store import FeedbackFullError, FeedbackStore
from server.inference import InferenceQueue
from tests.server.limit_tries import code_of_close, limited
from tests.server.queues import Answers, Model
from tests.server.running import (
    Running,
    begin,
)
from tests.server.test_feedback_store import VOICE, record
from tests.voice import speak

RATE = 16000

# Recordings ----------------------------------------------------------------------------------


async def _uploads(server: Running, addresses: list[str]) -> list[int]:
    """Statuses of uploads that begin one after the other and do not end; 0 for those taken."""
    statuses = []
    async with AsyncExitStack() as stack:
        for address in addresses:
            taken = server.service.uploads.taken
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            stack.callback(writer.close)
            head = f"Host: x\r\nX-Forwarded-For: {address}\r\nContent-Length: 9"
            writer.write(f"POST /v1/classify HTTP/1.1\r\n{head}\r\n\r\n".encode())
            line = asyncio.create_task(reader.readline())
            async with asyncio.timeout(5):
                while not line.done() and server.service.uploads.taken == taken:  # noqa: ASYNC110
                    await asyncio.sleep(0.005)
            statuses.append(int(line.result().split()[1]) if line.done() else 0)
            line.cancel()
            await asyncio.gather(line, return_exceptions=True)
    await server.until(lambda: not server.service.uploads.taken)
    return statuses


async def max_uploads() -> None:
    async with limited(max_uploads=2, trusted_proxies="127.0.0.1") as server:
        assert await _uploads(server, ["1.1.1.1", "2.2.2.2", "3.3.3.3"]) == [0, 0, 503]


async def uploads_per_address() -> None:
    async with limited(max_uploads=4, trusted_proxies="127.0.0.1") as server:
        ours = ["1.1.1.1", "1.1.1.1", "1.1.1.1", "2.2.2.2"]
        assert await _uploads(server, ours) == [0, 0, 503, 0]


async def _answer(server: Running, body: bytes) -> tuple[int, str]:
    status, answer, _ = await server.request("POST", "/v1/classify", data=body)
    return status, answer.get("error", {}).get("code", "")


async def upload_bytes() -> None:
    async with limited(upload_bytes=1000) as server:
        assert (await _answer(server, bytes(1000)))[0] == 415  # it was read, and is no audio
        assert await _answer(server, bytes(1001)) == (413, "too_big")


def wav(milliseconds: int, channels: int = 1) -> bytes:
    file = io.BytesIO()
    samples = np.zeros((milliseconds * RATE // 1000, channels), "<i2")
    soundfile.write(file, samples, RATE, format="WAV", subtype="PCM_16")
    return file.getvalue()


async def upload_ms() -> None:
    async with limited(upload_ms=1000) as server:
        assert (await _answer(server, wav(1000)))[0] == 200
        assert await _answer(server, wav(1001)) == (413, "too_long")


async def upload_within_ms() -> None:
    async with limited(upload_within_ms=300) as server:
        assert (await _answer(server, wav(10)))[0] == 200
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"POST /v1/classify HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nRIFF")
        assert b" 408 " in await reader.readline()
        writer.close()


async def parts() -> None:
    part = b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\nx\r\n'
    head = {"Content-Type": "multipart/form-data; boundary=b"}
    async with limited() as server:
        for count, why in ((15, "it has 15 parts"), (16, "more than 15 parts")):
            body = part * count + b"--b--\r\n"
            status, answer, _ = await server.request(
                "POST", "/v1/classify", data=body, headers=head
            )
            assert status == 400
            assert why in answer["error"]["message"]


async def channels() -> None:
    async with limited() as server:
        assert (await _answer(server, wav(100, channels=8)))[0] == 200
        assert await _answer(server, wav(100, channels=9)) == (415, "unsupported")


# The model -----------------------------------------------------------------------------------


@asynccontextmanager
async def _queue(model: Model, **options: int) -> AsyncIterator[Answers]:
    queue = InferenceQueue(model, **options)
    queue.start()
    yield Answers(queue)
    model.go.release(9)
    await queue.close()


async def queue_size() -> None:
    model = Model()
    async with _queue(model, size=2) as answers:
        for name in ("running", "first", "second", "third"):
            answers.ask(name)
        await answers.come("third")
        assert answers == {"third": None}
        model.go.release(3)
        await answers.come("first", "second")
        assert answers["first"]
        assert answers["second"]


async def deadline_ms() -> None:
    model = Model()
    async with _queue(model, deadline_ms=300) as answers:
        model.go.release()
        answers.ask("in time")
        await answers.come("in time")
        assert answers["in time"]
        answers.ask("too late")
        await answers.come("too late")
        assert answers["too late"] is None


async def drain_ms() -> None:
    async with limited(drain_ms=500) as server, server.connect() as socket:
        await begin(socket)
        draining = asyncio.create_task(server.service.drain())
        assert await code_of_close(socket) == (1012, "")
        await draining
    async with limited(drain_ms=500) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(opening())
        await reader.readuntil(b"\r\n\r\n")
        await server.until(lambda: server.service.listeners)
        async with asyncio.timeout(3):  # it would wait 3 s for the answer to its close
            await server.service.drain()
            await reader.read()
        writer.close()


# Feedback ------------------------------------------------------------------------------------


async def feedback_ms() -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = {"feedback_dir": Path(folder), "feedback_free_bytes": 0, "feedback_ms": 1000}
        async with limited(**settings) as server:
            for length_ms, status in ((1000, 201), (1001, 413)):
                file = io.BytesIO()
                soundfile.write(file, speak(2.0)[: length_ms * 16], RATE, format="WAV")
                assert await _correct(server, file.getvalue()) == status


async def _correct(server: Running, audio: bytes) -> int:
    pieces = {"consent": b"true", "label": b"sad", "audio": audio}
    head = {"Content-Type": "multipart/form-data; boundary=b"}
    body = b"".join(
        b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), value)
        for name, value in pieces.items()
    )
    status, _, _ = await server.request(
        "POST", "/v1/feedback", data=body + b"--b--\r\n", headers=head
    )
    return status


def _store_takes(count: int, **limits: int) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        store = FeedbackStore(Path(folder) / "f", free_bytes=0, **limits).open()
        try:
            for _ in range(count):
                store.add(record(), VOICE)
        except FeedbackFullError:
            return False
        return True


async def feedback_count() -> None:
    assert _store_takes(2, most=2)
    assert not _store_takes(3, most=2)


async def feedback_bytes() -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = FeedbackStore(Path(folder) / "f", free_bytes=0).open()
        store.add(record(), VOICE)
        (size,) = [path.stat().st_size for path in store.folder.glob("*.flac")]
    assert _store_takes(2, most_bytes=2 * size)
    assert not _store_takes(2, most_bytes=2 * size - 1)
