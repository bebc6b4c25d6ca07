from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.delivery import latencies, utterance_differences, verdict_differences
from bench.live import Live, hold_session
from bench.recordings import Pcm
from bench.server_process import Server, serve
from client_python import ConnectError
from tests.bench.conftest import with_silence
from vad import VadSettings
from vad.voice import speak


@pytest.fixture(scope="module")
def server(tiny_model: Path) -> Iterator[Server]:
    with serve(str(tiny_model)) as started:
        yield started


async def hold(pcm: Pcm, server: Server, **vad: int) -> Live:
    return await hold_session(pcm, server.url, vad=VadSettings(**vad), chunk_ms=20, interim_ms=500)


async def test_everything_comes_at_its_time(server: Server, one_utterance: Pcm) -> None:
    began = time.monotonic()
    live = await hold(one_utterance, server, hangover_ms=300)
    assert time.monotonic() - began >= 2.4  # 2.5 s of sound, at its pace
    assert live.failure is None
    assert live.model.startswith("tiny ")
    assert live.vad.hangover_ms == 300
    assert live.speech_ms == pytest.approx(1200, abs=100)
    assert not any(verdict_differences(live.expected, live.received))
    assert not any(utterance_differences(live.expected, live.received))
    (late,) = latencies(live.expected, live.received.arrivals, "pause", since_decided=False)
    assert late >= 300  # not even the best server knows it before
    assert any(not arrival.final for arrival in live.received.arrivals)
    assert len(live.late_ms) == 125


async def test_time_lost_by_the_sender_is_counted(server: Server, one_utterance: Pcm) -> None:
    """The pause decides at 1.9 s; this program sends nothing from 1.5 to 2.2 s."""
    asyncio.get_running_loop().call_later(1.5, time.sleep, 0.7)
    live = await hold(one_utterance, server)
    (late,) = latencies(live.expected, live.received.arrivals, "pause", since_decided=False)
    assert late >= 600
    assert max(live.late_ms) >= 400


async def test_a_server_that_dies_loses_what_was_due(tiny_model: Path) -> None:
    pcm = with_silence(speak(1.0), before=2.0, after=1.0)
    with serve(str(tiny_model)) as server:
        assert server.pid
        asyncio.get_running_loop().call_later(0.5, os.kill, server.pid, signal.SIGKILL)
        live = await hold(pcm, server)
    assert live.failure
    assert verdict_differences(live.expected, live.received).lost == 1
    assert utterance_differences(live.expected, live.received).lost == 1


async def test_a_server_that_is_not_there_is_said(one_utterance: Pcm) -> None:
    with pytest.raises(ConnectError, match="no server answers"):
        await hold(one_utterance, Server("ws://127.0.0.1:1", None, None))
