from __future__ import annotations

from pathlib import Path

import pytest

from bench.load import Load, Step
from bench.resources import MemoryPoint, Usage
from bench.silence import KINDS, figures, measure_silence, silence_table
from bench.stub import write_stub
from bench.tally import Tally
from vad import VadSettings


def test_the_differences() -> None:
    idle = Usage(0.5, [MemoryPoint(0, 1000), MemoryPoint(1, 2000), MemoryPoint(2, 2000)])
    busy = Usage(2.5, [MemoryPoint(0, 9000), MemoryPoint(1, 9000), MemoryPoint(2, 2000)])
    step = Step("m 1", 100, 10.0, Tally(sessions=100), busy, 0.0, 0.0, None)
    found = figures("digital silence", idle, step)
    assert found == ("digital silence", 100, 50, 250, 2, 70)
    assert list(silence_table([found]).rows) == [found]


@pytest.mark.parametrize("kind", KINDS)
def test_silent_sessions(kind: str, tmp_path: Path) -> None:
    stub = str(write_stub(tmp_path / "stub"))
    flags = ("--max-sessions-per-address", "20")
    load = Load(seconds=2.0, ramp_s=0.5)
    found, complaints = measure_silence(kind, 10, stub, flags, load, VadSettings())
    assert complaints == []
    assert (found.kind, found.sessions) == (kind, 10)
    assert found.cpu > found.idle_cpu >= 0
    assert 0 < found.cpu_each < 50
    assert found.kib_each < 2000
