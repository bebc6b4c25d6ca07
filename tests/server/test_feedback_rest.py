import base64
import io
import json
import logging
from pathlib import Path
from typing import Any

import aiohttp
import numpy as np
import pytest
import soundfile

from server.feedback_store import FeedbackStore
from tests.server.conftest import Start
from tests.server.running import Running, blocks, hear, only
from tests.server.test_rest import wav
from tests.voice import speak, talk

VOICE = speak(1.0)


@pytest.fixture
async def server(start: Start, tmp_path: Path) -> Running:
    return await start(feedback_dir=tmp_path / "feedback", feedback_free_bytes=0)


def store(server: Running) -> FeedbackStore:
    folder = server.service.settings.feedback_dir
    assert folder is not None
    return FeedbackStore(folder)


def as_json(audio: bytes = wav(VOICE), **fields: Any) -> dict[str, Any]:
    given = {"consent": True, "label": "sad", "audio": base64.b64encode(audio).decode()}
    return {"json": given | fields}


def as_form(audio: bytes | None = wav(VOICE), **fields: str) -> dict[str, Any]:
    form = aiohttp.FormData()
    for name, text in ({"consent": "true", "label": "sad"} | fields).items():
        form.add_field(name, text, content_type="text/plain")  # makes it multipart
    if audio is not None:
        form.add_field("audio", audio, filename="my-voice.wav", content_type="audio/wav")
    return {"data": form()}


async def given(server: Running, **options: Any) -> str:
    status, body, headers = await server.request("POST", "/v1/feedback", **options)
    assert status == 201, body
    assert body.keys() == {"id"}
    assert headers["Location"] == f"/v1/feedback/{body['id']}"
    assert headers["Cache-Control"] == "no-store"
    return str(body["id"])


async def refusal(server: Running, **options: Any) -> tuple[int, str]:
    status, body, _ = await server.request("POST", "/v1/feedback", **options)
    assert body["error"]["message"]
    assert store(server).records() == []
    assert not list(store(server).folder.glob("*.flac"))
    return status, body["error"]["code"]


async def test_without_a_folder_there_is_no_such_address(start: Start, tmp_path: Path) -> None:
    server = await start()
    for method, path in [("POST", "/v1/feedback"), ("DELETE", f"/v1/feedback/{'0' * 32}")]:
        assert (await server.request(method, path, **as_json()))[0] == 404
    assert (await server.request("GET", "/v1/model"))[1]["feedback"] is False


async def test_a_correction_of_what_was_heard(server: Running) -> None:
    pcm = talk(silence=0.5, voice=1.2, pause=0.8, times=1)
    (emotion,) = only(await hear(server, blocks(pcm)), "emotion")
    segment = pcm[emotion["start_ms"] * 16 : emotion["end_ms"] * 16]
    fields = {"verdict": emotion, "model": emotion["model"], "speaker": "p1", "note": "sighed"}
    await given(server, **as_json(wav(segment), **fields))
    (record,) = store(server).records()
    assert (record.label, record.speaker, record.note, record.model) == (
        "sad",
        "p1",
        "sighed",
        "1-test",
    )
    assert record.verdict is not None
    assert record.verdict.label == emotion["label"]
    assert record.verdict.scores == pytest.approx(emotion["scores"])
    samples, _ = soundfile.read(store(server).folder / record.file_name, dtype="int16")
    assert np.array_equal(samples, segment)
    assert server.counted("feedback_total", what="kept") == 1
    assert (await server.request("GET", "/v1/model"))[1]["feedback"] is True


async def test_a_form_says_the_same_as_json(server: Running) -> None:
    verdict = {"label": "happy", "confidence": 0.5, "scores": {"happy": 0.5, "sad": 0.5}}
    await given(server, **as_json(note="n", verdict=verdict))
    await given(server, **as_form(note="n", verdict=json.dumps(verdict)))
    first, second = (r.model_dump(exclude={"file_name"}) for r in store(server).records())
    assert first == second


async def test_nothing_tells_where_it_came_from(
    server: Running, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    headers = {"User-Agent": "Secret/1.0", "Referer": server.http + "/secret"}
    name = await given(server, headers=headers, **as_form())
    content = b"".join(p.read_bytes() for p in store(server).folder.iterdir())
    for trace in (b"Secret", b"127.0.0.1", b"my-voice", b"secret", b"localhost"):
        assert trace not in content
    assert name not in caplog.text, "who reads the log could withdraw it"
    (record,) = store(server).records()
    assert record.model_dump(exclude_none=True).keys() == {
        "file_name",
        "label",
        "consent",
        "day",
        "duration_ms",
    }


async def test_what_else_a_file_holds_is_not_kept(server: Running) -> None:
    file = io.BytesIO()
    with soundfile.SoundFile(file, "w", 16000, 1, format="FLAC") as sound:
        sound.artist = "Ann Example"
        sound.write(VOICE)
    assert b"Ann Example" in file.getvalue()
    await given(server, **as_json(file.getvalue()))
    (path,) = store(server).folder.glob("*.flac")
    assert b"Ann Example" not in path.read_bytes()


@pytest.mark.parametrize("consent", [False, None, "yes", 1])
async def test_without_consent_nothing_is_kept(server: Running, consent: object) -> None:
    assert await refusal(server, **as_json(consent=consent)) == (400, "no_consent")
    assert server.counted("refusals_total", cause="no_consent") == 1


async def test_a_form_without_consent(server: Running) -> None:
    assert await refusal(server, **as_form(consent="")) == (400, "no_consent")
    assert await refusal(server, **as_form(consent="on")) == (400, "no_consent")


@pytest.mark.parametrize(
    ("options", "status", "code"),
    [
        (as_json(label="bored"), 400, "bad_label"),
        (as_json(email="ann@example.org"), 400, "bad_feedback"),
        (as_json(audio=b"no audio"), 415, "not_audio"),
        (as_json(audio=wav(np.array([0, np.nan]), subtype="FLOAT")), 400, "bad_samples"),
        (as_json(audio=wav(VOICE, 11025)), 415, "unsupported"),
        (as_json(audio=wav(VOICE[:4000])), 400, "too_short"),
        (as_json() | {"json": {"consent": True, "label": "sad"}}, 400, "bad_feedback"),
        (
            as_json() | {"json": {"consent": True, "label": "sad", "audio": "§"}},
            400,
            "bad_feedback",
        ),
        (
            as_json() | {"json": {"consent": True, "label": "sad", "audio": [1]}},
            400,
            "bad_feedback",
        ),
        ({"json": [1]}, 400, "bad_feedback"),
        ({"data": b"{", "headers": {"Content-Type": "application/json"}}, 400, "bad_feedback"),
        (
            {"data": b"[" * 9999, "headers": {"Content-Type": "application/json"}},
            400,
            "bad_feedback",
        ),
        ({"data": wav(VOICE)}, 415, "bad_form"),
    ],
    ids=lambda value: "" if isinstance(value, dict) else str(value),
)
async def test_what_is_no_feedback(
    server: Running, options: dict[str, Any], status: int, code: str
) -> None:
    assert await refusal(server, **options) == (status, code)


async def test_a_form_that_is_wrong(server: Running) -> None:
    plain = {"data": {"consent": "true", "label": "sad"}}  # urlencoded: no file can be in it
    assert await refusal(server, **plain) == (415, "bad_form")
    assert await refusal(server, **as_form(None)) == (400, "bad_feedback")
    assert await refusal(server, **as_form(verdict="{")) == (400, "bad_feedback")
    twice = aiohttp.FormData()
    for label in ("sad", "happy"):
        twice.add_field("label", label, content_type="text/plain")
    assert await refusal(server, data=twice()) == (400, "bad_feedback")
    many = aiohttp.FormData()
    for number in range(20):
        many.add_field(f"f{number}", "x", content_type="text/plain")
    assert await refusal(server, data=many()) == (400, "bad_form")
    no_text = aiohttp.FormData()
    no_text.add_field("label", b"\xff", filename="x")
    assert await refusal(server, data=no_text()) == (400, "bad_feedback")


async def test_size_and_duration_have_a_limit(start: Start, tmp_path: Path) -> None:
    server = await start(
        feedback_dir=tmp_path / "f", feedback_free_bytes=0, feedback_ms=1000, upload_bytes=100_000
    )
    assert await refusal(server, **as_json(wav(speak(1.001)))) == (413, "too_long")
    assert await refusal(server, **as_form(wav(speak(4.0)))) == (413, "too_big")
    assert await refusal(server, **as_json(wav(speak(4.0)))) == (413, "too_big")
    await given(server, **as_json())


async def test_a_full_folder_or_disk_is_said(start: Start, tmp_path: Path) -> None:
    server = await start(feedback_dir=tmp_path / "f", feedback_free_bytes=0, feedback_count=1)
    name = await given(server, **as_json())
    status, body, _ = await server.request("POST", "/v1/feedback", **as_json())
    assert (status, body["error"]["code"]) == (507, "storage_full")
    assert (await server.request("DELETE", f"/v1/feedback/{name}"))[0] == 204
    await given(server, **as_json())
    full = await start(feedback_dir=tmp_path / "g", feedback_free_bytes=2**60)
    assert await refusal(full, **as_json()) == (507, "storage_full")


async def test_who_has_the_id_takes_it_back(server: Running) -> None:
    kept, gone = await given(server, **as_json()), await given(server, **as_form())
    status, body, _ = await server.request("DELETE", f"/v1/feedback/{gone}")
    assert (status, body) == (204, b"")
    assert [record.id for record in store(server).records()] == [kept]
    assert server.counted("feedback_total", what="withdrawn") == 1
    for name in (gone, "0" * 32, kept.upper(), kept[:-1], "..", "*", f"{kept}.flac"):
        status, body, _ = await server.request("DELETE", f"/v1/feedback/{name}")
        assert status == 404, name
    assert len(store(server).records()) == 1


async def test_nothing_is_read_out(server: Running) -> None:
    name = await given(server, **as_json())
    for method in ("GET", "PUT", "OPTIONS"):
        for path in ("/v1/feedback", f"/v1/feedback/{name}"):
            status, body, _ = await server.request(method, path)
            assert status == 405, (method, path)
            assert name not in str(body)
    for path in (f"/v1/feedback/{name}.flac", "/v1/feedback/metadata.jsonl", "/feedback"):
        assert (await server.request("GET", path))[0] in {404, 405}


async def test_token_and_origin_are_asked_for(start: Start, tmp_path: Path) -> None:
    server = await start(token="sesame", feedback_dir=tmp_path / "feedback", feedback_free_bytes=0)
    right = {"Authorization": "Bearer sesame"}
    elsewhere = right | {"Origin": "https://evil.example"}
    assert await refusal(server, **as_json()) == (401, "token")
    assert await refusal(server, headers=elsewhere, **as_json()) == (403, "origin")
    name = await given(server, headers=right, **as_json())
    path = f"/v1/feedback/{name}"
    assert (await server.request("DELETE", path))[0] == 401
    assert (await server.request("DELETE", path, headers=elsewhere))[0] == 403
    assert (await server.request("DELETE", path, headers=right))[0] == 204


async def test_it_takes_a_place_like_a_recording(start: Start, tmp_path: Path) -> None:
    server = await start(feedback_dir=tmp_path / "f", feedback_free_bytes=0, max_uploads=1)
    with server.service.uploads.place("elsewhere"):
        assert await refusal(server, **as_json()) == (503, "overloaded")
    await given(server, **as_json())
