import asyncio
import io
import json
import random
import shutil
import threading
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import numpy as np
import pytest
import soundfile

from classifier import Classifier, default_model_path, open_classifier
from server.analysis import analyse
from server.inference import classify_segment, model_info
from server.recording import Recording
from server.rest import read_report
from tests.server.conftest import Start
from tests.server.running import Running, StubModel, assert_same, hear, utterances
from tests.voice import Pcm, talk

SPEECH = talk(silence=0.5, voice=1.4, pause=0.8, times=3)
LONG = np.concatenate([SPEECH, talk(silence=0.3, voice=9.0, pause=0.7, times=1)])


def wav(samples: Any, rate: int = 16000, *, kind: str = "WAV", subtype: str = "PCM_16") -> bytes:
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format=kind, subtype=subtype)
    return file.getvalue()


async def classified(server: Running, content: bytes, query: str = "") -> list[Any]:
    status, body, _ = await server.request("POST", f"/v1/classify{query}", data=io.BytesIO(content))
    assert status == 200, body
    found: list[Any] = body["utterances"]
    return found


async def refusal(server: Running, **options: Any) -> tuple[int, str]:
    path = options.pop("path", "/v1/classify")
    status, body, _ = await server.request("POST", path, **options)
    assert body.keys() == {"error"}
    assert body["error"]["message"]
    return status, body["error"]["code"]


def at_random(pcm: Pcm, seed: int) -> list[Pcm]:
    rng = random.Random(seed)
    chunks, first = [], 0
    while first < len(pcm):
        size = rng.choice([1, 7, 160, 1600, 4000, 32000])
        chunks.append(pcm[first : first + size])
        first += size
    return chunks


@pytest.mark.parametrize("rate", [8000, 16000, 44100, 48000])
async def test_a_file_a_stream_in_any_chunks_and_the_command_line_agree(
    server: Running, classifier: Classifier, rate: int
) -> None:
    pcm = talk(silence=0.5, voice=1.4, pause=0.8, times=3, rate=rate)
    pcm = np.concatenate([pcm, talk(silence=0.3, voice=9.0, pause=0.7, times=1, rate=rate)])
    by_file = await classified(server, wav(pcm, rate))
    ask = partial(classify_segment, classifier.classify)
    analysis = analyse(Recording(pcm, rate), model_info(classifier), ask)
    assert len(by_file) == 4
    assert len(by_file[3]["segments"]) == 2
    assert_same(by_file, analysis.model_dump(mode="json")["utterances"])
    for seed in range(3):
        messages = await hear(server, at_random(pcm, seed), rate=rate, interim_ms=500 * seed)
        assert_same(by_file, utterances(messages))


async def test_a_slow_stream_agrees_with_the_file(server: Running) -> None:
    pcm = talk(silence=0.2, voice=0.8, pause=0.5, times=1)
    async with server.connect() as socket:
        await socket.send(json.dumps({"type": "session.start", "sample_rate": 16000}))
        for first in range(0, len(pcm), 1600):
            await socket.send(pcm[first : first + 1600].tobytes())
            await asyncio.sleep(0.03)
        await socket.send('{"type": "session.stop"}')
        messages = [json.loads(text) async for text in socket]
    assert_same(await classified(server, wav(pcm)), utterances(messages))


async def test_the_answer_is_what_the_protocol_says(server: Running) -> None:
    status, body, headers = await server.request("POST", "/v1/classify", data=wav(SPEECH))
    assert status == 200
    assert body.keys() == {"audio_ms", "model", "utterances"}
    assert (body["audio_ms"], body["model"]) == (len(SPEECH) // 16, "1-test")
    assert headers["Content-Type"].startswith("application/json")
    assert headers["Cache-Control"] == "no-store"
    assert server.counted("recordings_total") == 1


async def test_a_form_with_one_file(server: Running) -> None:
    form = aiohttp.FormData()
    form.add_field("file", wav(SPEECH), filename="voice.wav", content_type="audio/wav")
    status, body, _ = await server.request("POST", "/v1/classify", data=form())
    assert status == 200
    assert_same(body["utterances"], await classified(server, wav(SPEECH)))


async def test_a_form_with_two_files_or_none(server: Running) -> None:
    two = aiohttp.FormData()
    two.add_field("a", wav(SPEECH), filename="a.wav")
    two.add_field("b", wav(SPEECH), filename="b.wav")
    assert await refusal(server, data=two()) == (400, "bad_form")
    kind = "multipart/form-data"
    for content_type, body in [
        (f"{kind}; boundary=x", b"--x--\r\n"),
        (f"{kind}; boundary=x", b"nothing of the kind"),
        (f"{kind}; boundary=x", b"--x\r\nContent-Type: audio/wav\r\n\r\nRIFF"),
        (kind, b"no boundary"),
        (
            "multipart/mixed; boundary=x",
            b"--x\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n--y--\r\n--x--\r\n",
        ),
    ]:
        status, code = await refusal(server, data=body, headers={"Content-Type": content_type})
        assert (status, code) == (400, "bad_form"), body


@pytest.mark.parametrize(
    ("kind", "subtype"),
    [("WAV", "PCM_24"), ("WAV", "PCM_32"), ("WAV", "FLOAT"), ("FLAC", "PCM_16")],
)
async def test_other_widths_give_the_same(server: Running, kind: str, subtype: str) -> None:
    as_float = SPEECH / 32767
    content = wav(as_float if subtype == "FLOAT" else SPEECH, kind=kind, subtype=subtype)
    assert_same(await classified(server, content), await classified(server, wav(SPEECH)))


async def test_eight_bits_stereo_and_ogg(server: Running) -> None:
    stereo = np.stack([SPEECH, SPEECH], axis=1)
    assert_same(await classified(server, wav(stereo)), await classified(server, wav(SPEECH)))
    for content in (wav(SPEECH, subtype="PCM_U8"), wav(SPEECH, kind="OGG", subtype="VORBIS")):
        assert len(await classified(server, content)) == 3


async def test_silence_has_no_utterances(server: Running) -> None:
    assert await classified(server, wav(np.zeros(16000, "<i2"))) == []


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 415, "not_audio"),
        (b"this is a text named .wav", 415, "not_audio"),
        (wav(np.zeros(0, "<i2")), 400, "empty"),
        (wav(np.array([0, np.nan]), subtype="FLOAT"), 400, "bad_samples"),
        (wav(SPEECH, 11025), 415, "unsupported"),
        (wav(SPEECH, kind="FLAC")[:3000], 400, "broken"),
    ],
    ids=lambda value: f"{len(value)} bytes" if isinstance(value, bytes) else str(value),
)
async def test_what_is_no_recording(
    server: Running, content: bytes, status: int, code: str
) -> None:
    assert await refusal(server, data=content) == (status, code)
    assert len(await classified(server, wav(SPEECH))) == 3


async def test_size_and_duration_have_a_limit(start: Start) -> None:
    server = await start(upload_bytes=100_000, upload_ms=2000)
    within = np.zeros(32000, "<i2")
    assert await classified(server, wav(within)) == []
    assert await refusal(server, data=wav(np.zeros(32001, "<i2"))) == (413, "too_long")
    assert await refusal(server, data=bytes(300_000)) == (413, "too_big")

    async def endless() -> Any:
        while True:
            yield bytes(10_000)

    assert await refusal(server, data=endless()) == (413, "too_big")


async def test_a_file_that_does_not_come(start: Start) -> None:
    server = await start(upload_within_ms=100)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"POST /v1/classify HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n\r\nRIFF")
    assert b" 408 " in await reader.readline()
    writer.close()


async def test_settings_of_the_cutting_in_the_query(server: Running) -> None:
    assert len(await classified(server, wav(SPEECH), "?hangover_ms=1500")) == 1
    for query, code in [
        ("hangover_ms=5", "out_of_range"),
        ("hangover_ms=soon", "out_of_range"),
        ("hang=500", "bad_message"),
    ]:
        answer = await refusal(server, path=f"/v1/classify?{query}", data=wav(SPEECH))
        assert answer == (400, code)


async def test_the_token_is_asked_for(start: Start) -> None:
    server = await start(token="sesame")
    assert await refusal(server, data=wav(SPEECH)) == (401, "token")
    right, wrong = ({"Authorization": f"Bearer {word}"} for word in ("sesame", "sesam"))
    assert await refusal(server, data=wav(SPEECH), headers=wrong) == (401, "token")
    for method, path, data in [("POST", "/v1/classify", wav(SPEECH)), ("GET", "/v1/model", None)]:
        status, _, _ = await server.request(method, path, data=data, headers=right)
        assert status == 200
    assert (await server.request("GET", "/v1/model"))[0] == 401
    for path in ("/healthz", "/readyz", "/"):
        assert (await server.request("GET", path))[0] == 200


async def test_pages_of_other_origins_are_refused(server: Running) -> None:
    headers = {"Origin": "https://evil.example"}
    assert await refusal(server, data=wav(SPEECH), headers=headers) == (403, "origin")


async def test_so_many_recordings_at_once(start: Start) -> None:
    gate = threading.Event()
    model = StubModel(gate=gate)
    server = await start(model, max_uploads=1)
    first = asyncio.create_task(classified(server, wav(SPEECH)))
    await asyncio.to_thread(model.begun.acquire)
    status, body, headers = await server.request("POST", "/v1/classify", data=wav(SPEECH))
    assert (status, body["error"]["code"]) == (503, "overloaded")
    assert int(headers["Retry-After"]) > 0
    gate.set()
    assert len(await first) == 3


async def test_a_recording_keeps_one_segment_in_the_queue(start: Start) -> None:
    gate = threading.Event()
    model = StubModel(gate=gate)
    server = await start(model, workers=1)
    first = asyncio.create_task(classified(server, wav(LONG)))
    await asyncio.to_thread(model.begun.acquire)
    assert (server.service.queue.busy, server.service.queue.depth) == (1, 0)
    gate.set()
    assert len(await first) == 4


async def test_the_model_and_what_was_measured_of_it(server: Running) -> None:
    status, body, _ = await server.request("GET", "/v1/model")
    assert status == 200
    assert (body["name"], body["version"], body["runtime"]) == ("tiny", "1-test", "onnxruntime")
    assert "no_speech" not in body["labels"]
    assert body["report"] is None, "what was measured of it is of no kind that is known"
    status, body, _ = await server.request("GET", "/v1/model?report=whole")
    assert (status, body["report"]) == (200, {"name": "tiny"})


async def test_how_large_a_recording_may_be_is_told_before_it_is_sent(start: Start) -> None:
    server = await start(upload_ms=1234, upload_bytes=5678)
    told = (await server.request("GET", "/v1/model"))[1]["limits"]
    assert told == {"upload_ms": 1234, "upload_bytes": 5678}


async def test_the_report_comes_in_short_unless_the_whole_is_asked_for(server: Running) -> None:
    report = read_report(default_model_path())
    assert report
    server.service.answering.report = report
    status, body, _ = await server.request("GET", "/v1/model")
    short = body["report"]["splits"]["test"]["speech"]
    measured = report["splits"]["test"]["speech"]
    assert status == 200
    assert short["pooled"]["uar"] == measured["pooled"]["uar"]
    assert short["uar_interval"] == measured["uar_interval"]
    assert short["calibration_error"] == measured["calibration_error"]
    assert len(json.dumps(body)) < 2000
    whole = (await server.request("GET", "/v1/model?report=whole"))[1]
    assert whole["report"] == report
    assert {**whole, "report": body["report"]} == body


async def test_the_card_of_the_model_that_answers(server: Running) -> None:
    server.service.answering.classifier = open_classifier(default_model_path())
    status, body, headers = await server.request("GET", "/v1/model/card")
    assert (status, headers["Content-Type"]) == (200, "text/markdown; charset=utf-8")
    assert body.decode() == (default_model_path() / "README.md").read_text(encoding="utf-8")


async def test_a_model_without_a_card(server: Running, tmp_path: Path) -> None:
    shutil.copytree(default_model_path(), tmp_path, dirs_exist_ok=True)
    (tmp_path / "README.md").unlink()
    server.service.answering.classifier = open_classifier(tmp_path)
    assert (await server.request("GET", "/v1/model/card"))[:2] == (204, b"")


@pytest.mark.parametrize("query", ["report=all", "report=", "rapport=whole", "report=whole&x=1"])
async def test_another_query_about_the_model_is_refused(server: Running, query: str) -> None:
    status, body, _ = await server.request("GET", f"/v1/model?{query}")
    assert (status, body["error"]["code"]) == (400, "bad_message")


async def test_ready_until_the_queue_is_full(start: Start) -> None:
    gate = threading.Event()
    model = StubModel(gate=gate)
    server = await start(model, queue_size=1, workers=1, deadline_ms=10_000)
    assert (await server.request("GET", "/readyz"))[0] == 200
    asks = [asyncio.create_task(classified(server, wav(SPEECH))) for _ in range(2)]
    await server.until(lambda: server.service.queue.is_full)
    status, body, _ = await server.request("GET", "/readyz")
    assert (status, body["error"]["code"]) == (503, "not_ready")
    assert (await server.request("GET", "/healthz"))[0] == 200
    gate.set()
    await asyncio.gather(*asks)
    assert (await server.request("GET", "/readyz"))[0] == 200
