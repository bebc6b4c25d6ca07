from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.errors import BenchError
from bench.load import Load, Step, busy_s, measure_load
from bench.programme import Programme, cut_segments, make_programmes
from bench.server_process import Server, serve
from tests.bench.conftest import with_silence, write
from vad import VadSettings
from vad.voice import speak

VAD = VadSettings(hangover_ms=300)
LOAD = Load(seconds=3.0, ramp_s=1.0, chunk_ms=40, interim_ms=500, sessions_a_process=2)
PLACES = ("--max-sessions", "3", "--max-sessions-per-address", "3")


@pytest.fixture(scope="module")
def programmes(tmp_path_factory: pytest.TempPathFactory) -> list[Programme]:
    """Utterances of a second, one about every two."""
    voice = with_silence(speak(1.0), before=0.5, after=1.0)
    recording = write(tmp_path_factory.mktemp("said") / "voice.wav", voice)
    return make_programmes(cut_segments([recording], VAD), 2, LOAD.session_s, 0.6, VAD)


@pytest.fixture(scope="module")
def step(tiny_model: Path, programmes: list[Programme]) -> Step:
    with serve(str(tiny_model), *PLACES) as server:
        return asyncio.run(measure_load(server, 3, LOAD, programmes, VAD))


def test_three_sessions_in_two_processes(step: Step, programmes: list[Programme]) -> None:
    tally = step.tally
    assert step.model.startswith("tiny ")
    assert (step.sessions, tally.sessions) == (3, 3)
    assert step.complaints() == []
    had_to = [len(programmes[i].expected.verdicts) for i in (0, 1, 0)]
    assert tally.due == sum(had_to) == tally.seen.total()
    assert tally.label_ms
    assert len(tally.added_ms) == len(tally.label_ms)
    for beyond, added in zip(tally.label_ms, tally.added_ms, strict=True):
        assert 0 < added <= beyond < added + LOAD.chunk_ms
    assert tally.interim_ms
    assert len(tally.late_ms) == pytest.approx(3 * 3000 / 40, abs=6)
    assert 0 < step.speech_s < 9


def test_what_it_costs_is_known(step: Step) -> None:
    assert step.server
    assert 0 < step.server.cpu_s < 6
    assert step.memory_mib
    assert 20 < step.memory_mib < 1000
    assert 0 < step.generator_cpu_s < 6
    assert step.lag
    assert max(step.lag.values()) >= 20  # looks of the server's event loop, ten a second


def test_sessions_without_a_place_are_told(tiny_model: Path, programmes: list[Programme]) -> None:
    load = Load(seconds=0.5, ramp_s=0.2)
    with serve(str(tiny_model), "--max-sessions", "1") as server:
        few = asyncio.run(measure_load(server, 3, load, programmes, VAD))
    assert few.tally.sessions == 1
    assert len(few.tally.failures) == 2
    assert "2 sessions failed" in few.complaints()[0]
    assert "no place" in few.complaints()[0]


async def test_no_server_is_an_error(programmes: list[Programme]) -> None:
    nobody = Server("http://127.0.0.1:1", None, None)
    with pytest.raises(BenchError, match="no server answers"):
        await measure_load(nobody, 2, Load(0.1, 0.1), programmes, VAD)


async def test_a_generator_that_fails_says_why() -> None:
    nobody = Server("http://127.0.0.1:1", None, None)
    with pytest.raises(BenchError, match="the load generator failed: "):
        await measure_load(nobody, 1, Load(0.1, 0.1), [None], VAD)  # type: ignore[list-item]


def kill_while_it_is_heard(server: Server) -> None:
    assert server.pid
    assert server.metrics_url
    while (
        "vivavoz_sessions_open 2.0"
        not in urllib.request.urlopen(server.metrics_url).read().decode()
    ):
        time.sleep(0.05)
    time.sleep(2.0)  # into the measurement, which begins half a second after the sessions
    os.kill(server.pid, signal.SIGKILL)


def test_a_server_that_dies_has_lost_what_was_due(
    tiny_model: Path, programmes: list[Programme]
) -> None:
    load = Load(seconds=4.0, ramp_s=0.5)
    with serve(str(tiny_model), *PLACES) as server:
        killer = threading.Thread(target=kill_while_it_is_heard, args=(server,))
        killer.start()
        step = asyncio.run(measure_load(server, 2, load, programmes, VAD))
        killer.join()
    assert step.lag is None
    told = "; ".join(step.complaints())
    assert "2 sessions failed" in told
    assert "verdicts lost" in told


def test_processor_time_of_everything() -> None:
    before, until = busy_s(), time.process_time() + 0.3
    while time.process_time() < until:
        pass
    assert busy_s() - before >= 0.2


@pytest.fixture(autouse=True)
def no_process_is_left() -> Iterator[None]:
    import psutil

    before = set(psutil.Process().children())
    yield
    assert set(psutil.Process().children()) <= before
