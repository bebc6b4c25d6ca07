"""`vivavoz listen` through a network that is cut."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bench.fault_proxy import Fault, FaultProxy, Kind
from server.settings import Settings
from tests.server.command_line import run, write_recording
from tests.server.running import StubModel, running

FAST = Settings(pace=100.0, burst_ms=600_000)


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    return write_recording(tmp_path / "a.wav", times=4)


async def test_what_is_printed_is_what_is_printed_without_cuts(recording: Path) -> None:
    async with running(StubModel(), FAST) as server:
        whole = await asyncio.to_thread(run, "listen", recording, "--fast", "--url", server.http)
        faults = [Fault(Kind.CUT, at) for at in (30_000, 90_000, 150_000)]
        async with FaultProxy("127.0.0.1", server.port, faults) as proxy:
            url = f"ws://127.0.0.1:{proxy.port}"
            done = await asyncio.to_thread(run, "listen", recording, "--fast", "--url", url)
            assert proxy.done == faults
    assert (done.returncode, done.stdout) == (0, whole.stdout)
    assert done.stdout.count("\n") == 4
    lost, again = "trying again, and keeping what is said", "connected again"
    assert done.stderr.count(lost) == done.stderr.count(again) == 3
    assert done.stderr.splitlines()[-1] == whole.stderr.splitlines()[-1]


async def test_patience_can_be_none_at_all(recording: Path) -> None:
    async with running(StubModel(), FAST) as server:
        faults = [Fault(Kind.RESET, 30_000)]
        async with FaultProxy("127.0.0.1", server.port, faults) as proxy:
            url = f"ws://127.0.0.1:{proxy.port}"
            done = await asyncio.to_thread(
                run, "listen", recording, "--fast", "--url", url, "--patience", "0"
            )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "vivavoz: the connection to the server was lost"
    for wrong in ("-1", "inf", "nan", "soon"):
        assert run("listen", recording, "--patience", wrong).returncode == 2
