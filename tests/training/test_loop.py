"""F.4 as a whole: a label is corrected on a running server, a model learns from it, passes the
gate and takes over while people speak; a worse one does not pass, a broken one does not serve.
"""

from __future__ import annotations

import asyncio
import io
import shutil
from collections.abc import Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import numpy as np
import pytest
import soundfile

from bench.server_process import Server, serve
from classifier import ModelStore
from server.cli import main
from tests.training.loop import Listener, with_outputs
from training.corrections import read_corrections
from training.promote import promote
from training.retrain import retrain
from training.retrain_settings import RetrainSettings
from training.settings import TrainSettings
from training.splits import load_segments
from vad.voice import RATE

LISTENERS = 10


@pytest.fixture
def store(taught: Path, tmp_path: Path) -> ModelStore:
    """It serves a small model that is right about the buzzes."""
    store = ModelStore(tmp_path / "serving")
    store.install(taught)
    return store


@pytest.fixture
def server(store: ModelStore, tmp_path: Path) -> Iterator[Server]:
    """A server in a process of its own, that follows the store and takes feedback."""
    with serve(
        str(store.folder),
        *("--feedback-dir", str(tmp_path / "feedback"), "--feedback-free-bytes", "0"),
        *("--model-poll-ms", "50", "--max-sessions-per-address", "32", "--deadline-ms", "60000"),
    ) as server:
        yield server


@pytest.fixture
def settings(tiny: TrainSettings, store: ModelStore, tmp_path: Path) -> RetrainSettings:
    """One short epoch of small steps; two people tell little, so the margin is wide."""
    return RetrainSettings(
        train=replace(tiny, out=tmp_path / "runs", epochs=1, rate=1e-5, keep=1),
        feedback=tmp_path / "feedback",
        store=store.folder,
        candidate=tmp_path / "candidate",
        margin=0.3,
    )


async def test_a_round_of_the_loop(
    server: Server,
    store: ModelStore,
    settings: RetrainSettings,
    tiny: TrainSettings,
    tmp_path: Path,
) -> None:
    old = store.pointer().current
    given = await correct(server.url)
    (correction,) = read_corrections(settings.feedback)
    assert (correction.path.stem, correction.label) == (given, "disgust")

    async with listening(server.url) as listeners:
        await each(listeners, lambda who: bool(who.emotions))
        compared = await asyncio.to_thread(retrain, settings)
        assert compared.passes
        assert (compared.serving, compared.candidate) == (old, store.pointer().current)
        assert compared.candidate != old
        await each(listeners, lambda who: len(who.models) == 2)
        await each(listeners, lambda who: who.emotions[-1].model == compared.candidate)

        # A worse one: the gate holds, and nobody hears of it.
        worse = with_outputs(
            settings.candidate, tmp_path / "worse", lambda rows: np.roll(rows, 1, axis=0)
        )
        test = load_segments(tiny, "test")
        assert not promote(worse, store, test).passes
        assert store.versions() == sorted([old, compared.candidate])
        assert store.pointer().current == compared.candidate

        # A broken one that somebody promotes all the same: the server does not take it.
        broken = with_outputs(settings.candidate, tmp_path / "broken", lambda rows: rows)
        store.add(broken)
        with_outputs(settings.candidate, tmp_path / "damaged", lambda rows: rows * 2)
        shutil.copy(tmp_path / "damaged" / "model.onnx", store.folder / "broken")
        store.promote("broken")
        await until_counted(server, 'vivavoz_model_refusals_total{cause="canary"} 1.0')

    for who in listeners:
        who.check()
        assert who.models == [old, compared.candidate], "told once, of the one that took over"
        assert set(who.answered_by()) == {old, compared.candidate}
        assert who.answered_by()[-1] == compared.candidate
    metrics = await metrics_of(server)
    assert "vivavoz_model_swaps_total 1.0" in metrics
    assert "vivavoz_inference_failures_total 0.0" in metrics

    # Rollback is one command: from the broken one to what serves, and once more to the first.
    for now in (compared.candidate, old):
        assert main(["model", "rollback", "--model", str(store.folder)]) == 0
        assert store.pointer().current == now
    await until_counted(server, f'vivavoz_model_info{{version="{old}"}} 1.0')
    assert (await model_of(server))["version"] == old

    # The giver takes it back: it is gone from the folder, and nothing of it lies about.
    address = f"{server.url}/v1/feedback/{given}"
    async with aiohttp.ClientSession() as client, client.delete(address) as answer:
        assert answer.status == 204
    assert read_corrections(settings.feedback) == []
    assert not list(settings.train.out.rglob("segments-*.npy"))


async def correct(url: str) -> str:
    """Somebody is heard, disagrees with the label, and says so. Returns the id."""
    who = Listener(0)
    enough = asyncio.Event()
    enough.set()
    await who.listen(url, enough)
    emotion = next(emotion for emotion in who.emotions if emotion.final)
    pcm = np.concatenate(who.sent)[emotion.start_ms * RATE // 1000 : emotion.end_ms * RATE // 1000]
    form = aiohttp.FormData()
    form.add_field("consent", "true")
    form.add_field("label", "disgust")
    form.add_field("speaker", "zoe")
    form.add_field("model", emotion.model)
    form.add_field("verdict", emotion.model_dump_json())
    form.add_field("audio", wav(pcm), filename="segment.wav")
    async with (
        aiohttp.ClientSession() as client,
        client.post(f"{url}/v1/feedback", data=form) as answer,
    ):
        assert answer.status == 201, await answer.text()
        return str((await answer.json())["id"])


def wav(pcm: np.ndarray) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, pcm, RATE, format="WAV", subtype="PCM_16")
    return file.getvalue()


@asynccontextmanager
async def listening(url: str) -> Any:
    """Ten people who speak until the block ends, and a little longer."""
    enough = asyncio.Event()
    listeners = [Listener(number) for number in range(LISTENERS)]
    async with AsyncExitStack() as stack:
        group = await stack.enter_async_context(asyncio.TaskGroup())
        stack.callback(enough.set)
        for who in listeners:
            group.create_task(who.listen(url, enough))
        yield listeners


async def each(listeners: list[Listener], holds: Any) -> None:
    """Wait until something holds for everybody."""
    async with asyncio.timeout(60):
        await asyncio.gather(*(who.until(lambda who=who: holds(who)) for who in listeners))


async def metrics_of(server: Server) -> str:
    assert server.metrics_url is not None
    async with aiohttp.ClientSession() as client, client.get(server.metrics_url) as answer:
        return await answer.text()


async def until_counted(server: Server, line: str) -> None:
    """Wait for a metric; a server in another process gives no other sign."""
    async with asyncio.timeout(60):
        while line not in await metrics_of(server):  # noqa: ASYNC110 - see above
            await asyncio.sleep(0.05)


async def model_of(server: Server) -> dict[str, Any]:
    async with (
        aiohttp.ClientSession() as client,
        client.get(f"{server.url}/v1/model") as answer,
    ):
        found: dict[str, Any] = await answer.json()
        return found
