import asyncio
import json
import logging
import shutil
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from classifier import ModelStore, StoreError, open_classifier
from server.protocol import ModelInfo
from server.reload import Reloader, UnfitError, open_newest, open_version
from server.settings import Settings
from tests.server import stores
from tests.server.command_line import started
from tests.server.conftest import Start
from tests.server.running import Running, StubModel, begin, kinds, only, pour, rest, say
from tests.server.test_rest import wav
from tests.voice import talk

SPEECH = talk(silence=0.4, voice=1.0, pause=0.7, times=1)

BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "no graph, no weights": (
        lambda folder: [path.unlink() for path in folder.glob("model.*")],
        "files",
    ),
    "no config": (lambda folder: (folder / "config.json").unlink(), "files"),
    "half a config": (lambda folder: (folder / "config.json").write_text('{"id2'), "files"),
    "no graph that loads": (lambda folder: (folder / "model.onnx").write_bytes(b"x"), "files"),
    "nothing": (shutil.rmtree, "store"),
    "no canaries": (lambda folder: (folder / "canaries.npz").unlink(), "canary"),
    "half of the canaries": (
        lambda folder: (folder / "canaries.npz").write_bytes(b"PK\x03\x04"),
        "canary",
    ),
    "damaged weights": (stores.damage_weights, "canary"),
    "not a number": (stores.make_nan, "answers"),
    "another version": (
        lambda folder: (folder / "vivavoz.json").write_text(
            (folder / "vivavoz.json").read_text().replace('"2"', '"3"')
        ),
        "files",
    ),
    "another label": (lambda folder: stores.swap_labels(folder, "bored"), "labels"),
}


@pytest.fixture
def store(tiny_model: Path, tmp_path: Path) -> ModelStore:
    """A store that serves version 1 and holds 2."""
    store = ModelStore(tmp_path / "store")
    store.install(stores.variant(tiny_model, tmp_path / "a", "1"))
    store.add(stores.variant(tiny_model, tmp_path / "b", "2", temperature=3.0))
    return store


@pytest.fixture
async def server(start: Start, store: ModelStore) -> Running:
    return await start(open_classifier(store.folder), model=str(store.folder), model_poll_ms=20)


def version(server: Running) -> str:
    return server.service.model.version


async def test_a_promoted_model_takes_over_and_sessions_are_told(
    server: Running, store: ModelStore
) -> None:
    async with Reloader(server.service, store).following(), server.connect() as socket:
        created = await begin(socket)
        assert created["model"]["version"] == "1"
        await pour(socket, SPEECH)
        before = [json.loads(await socket.recv()) for _ in range(3)]
        store.promote("2")
        changed = json.loads(await socket.recv())
        while changed["type"] == "ack":
            changed = json.loads(await socket.recv())
        assert changed == {"type": "model.changed", "model": created["model"] | {"version": "2"}}
        await pour(socket, SPEECH)
        await say(socket, "session.stop")
        after = await rest(socket)
    (first,), (second,) = only(before, "emotion"), only(after, "emotion")
    assert (first["model"], second["model"]) == ("1", "2")
    assert max(second["scores"].values()) < max(first["scores"].values()), "it is another one"
    assert after[-1]["reason"] == "stopped"
    assert server.counted("model_swaps_total") == 1
    assert server.counted("model_info", version="2") == 1
    assert server.counted("model_info", version="1") == 0
    status, body, _ = await server.request("GET", "/v1/model")
    assert (status, body["version"]) == (200, "2")
    status, body, _ = await server.request("POST", "/v1/classify", data=wav(SPEECH))
    assert body["model"] == "2"


async def test_who_comes_later_is_told_by_the_greeting_alone(
    server: Running, store: ModelStore
) -> None:
    reloader = Reloader(server.service, store)
    async with server.connect() as socket:
        await server.until(lambda: server.service.listeners)
        store.promote("2")
        await reloader.look()
        created = await begin(socket)
        await say(socket, "session.stop")
        assert (created["type"], created["model"]["version"]) == ("session.created", "2")
        assert "model.changed" not in kinds(await rest(socket))


async def test_rollback_is_followed_too(server: Running, store: ModelStore) -> None:
    reloader = Reloader(server.service, store)
    for act, now in ((lambda: store.promote("2"), "2"), (store.rollback, "1")):
        act()
        await reloader.look()
        assert version(server) == now


@pytest.mark.parametrize("case", BROKEN)
async def test_a_broken_model_is_refused_and_the_old_one_serves_on(
    server: Running, store: ModelStore, caplog: pytest.LogCaptureFixture, case: str
) -> None:
    damage, cause = BROKEN[case]
    store.promote("2")
    damage(store.folder / "2")
    reloader = Reloader(server.service, store)
    for _ in range(3):  # it is tried once, not with each look
        await reloader.look()
    assert version(server) == "1"
    assert server.counted("model_refusals_total", cause=cause) == 1
    assert server.counted("model_swaps_total") == 0
    (said,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert "old one serves on" in said.message
    assert said.why
    status, body, _ = await server.request("POST", "/v1/classify", data=wav(SPEECH))
    assert (status, body["model"], len(body["utterances"])) == (200, "1", 1)


async def test_a_refused_model_is_tried_again_when_asked_or_promoted_anew(
    server: Running, store: ModelStore, tmp_path: Path
) -> None:
    store.promote("2")
    canaries = store.folder / "2" / "canaries.npz"
    canaries.rename(tmp_path / "kept")
    reloader = Reloader(server.service, store)
    async with reloader.following():
        await server.until(lambda: server.counted("model_refusals_total", cause="canary") == 1)
        (tmp_path / "kept").rename(canaries)
        reloader.wake()
        await server.until(lambda: version(server) == "2")
        store.rollback()
        await server.until(lambda: version(server) == "1")
    assert server.counted("model_refusals_total", cause="canary") == 1


async def test_a_broken_pointer_is_said_once_and_mends(
    server: Running, store: ModelStore, caplog: pytest.LogCaptureFixture
) -> None:
    pointer = store.folder / "current.json"
    whole = pointer.read_bytes()
    pointer.write_bytes(b"{")
    reloader = Reloader(server.service, store)
    for _ in range(3):
        await reloader.look()
    assert server.counted("model_refusals_total", cause="store") == 1
    pointer.write_bytes(whole)
    store.promote("2")
    await reloader.look()
    assert version(server) == "2"


async def test_a_segment_stays_with_the_model_that_began_with_it(
    start: Start, store: ModelStore
) -> None:
    gate = threading.Event()
    slow = StubModel(gate=gate)
    server = await start(slow, model=str(store.folder), workers=1)
    store.promote("2")
    async with server.connect() as socket:
        await begin(socket)
        await pour(socket, SPEECH)
        await asyncio.to_thread(slow.begun.acquire)
        await Reloader(server.service, store).look()
        assert version(server) == "2"
        await pour(socket, SPEECH)
        await server.until(lambda: server.service.queue.depth == 1)
        gate.set()
        await say(socket, "session.stop")
        emotions = only(await rest(socket), "emotion")
    assert [emotion["model"] for emotion in emotions] == ["0", "2"]
    assert slow.calls == 1


async def test_one_model_answers_for_all_of_a_recording(start: Start, store: ModelStore) -> None:
    gate = threading.Event()
    slow = StubModel(gate=gate)
    server = await start(slow, model=str(store.folder), workers=1)
    store.promote("2")
    ask = asyncio.create_task(
        server.request(
            "POST",
            "/v1/classify",
            data=wav(talk(silence=0.4, voice=1.0, pause=0.7, times=2)),
        )
    )
    await asyncio.to_thread(slow.begun.acquire)
    await Reloader(server.service, store).look()
    gate.set()
    status, body, _ = await ask
    assert (status, body["model"]) == (200, "2")
    confidences = [s["confidence"] for u in body["utterances"] for s in u["segments"]]
    assert len(confidences) == 2
    assert 0.5 not in confidences, "that was the first model's answer"


async def test_a_session_that_cannot_be_told_does_not_keep_others_from_it(
    server: Running, store: ModelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    from server.session import Session

    async with server.connect() as ill, server.connect() as well:
        await begin(ill)
        created = await begin(well)
        tell = Session.receive_model

        def fail_once(session: Session, model: ModelInfo) -> object:
            if session.session_id != created["session_id"]:
                raise RuntimeError
            return tell(session, model)

        monkeypatch.setattr(Session, "receive_model", fail_once)
        store.promote("2")
        await Reloader(server.service, store).look()
        assert json.loads(await well.recv())["type"] == "model.changed"
        await say(well, "session.stop")
        assert (await rest(well))[-1]["type"] == "session.closed"
        assert (await rest(ill))[-1]["code"] == "internal"


def test_what_starts_is_the_newest_that_is_fit(
    store: ModelStore, caplog: pytest.LogCaptureFixture
) -> None:
    store.promote("2")
    assert open_newest(store, Settings()).classifier.version == "2"
    stores.damage_weights(store.folder / "2")
    assert open_newest(store, Settings()).classifier.version == "1"
    assert "a model is refused" in caplog.text
    stores.damage_weights(store.folder / "1")
    with pytest.raises(StoreError, match=r"no version in .* is fit to serve"):
        open_newest(store, Settings())


def test_the_report_goes_with_the_version(store: ModelStore) -> None:
    assert open_version(store, "2", Settings()).report == {"name": "tiny", "splits": {}}
    with pytest.raises(UnfitError) as caught:
        open_version(store, "9", Settings())
    assert caught.value.cause == "store"


def test_sighup_has_a_store_looked_at(store: ModelStore) -> None:
    flags = ("--port", "0", "--model", store.folder, "--model-poll-ms", "0")
    with started("serve", *flags) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        store.promote("2")
        process.send_signal(signal.SIGHUP)
        for line in process.stderr:
            said = json.loads(line)
            if said["message"] == "another model serves":
                break
        assert (said["before"], said["version"]) == ("1", "2")
        process.terminate()
        assert process.wait(20) == 0
