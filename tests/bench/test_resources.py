from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

from bench.errors import ServerError
from bench.resources import MemoryPoint, Watch, growth

BUSY = """
import sys, time
block = []
for line in sys.stdin:
    until = time.process_time() + 0.3
    while time.process_time() < until: pass
    block.append(b'x' * 30_000_000)
    print('done', flush=True)
"""


async def test_cpu_and_memory_of_another_process() -> None:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", BUSY, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert child.stdin
    assert child.stdout
    child.stdin.write(b"warm\n")
    await child.stdout.readline()
    watch = Watch(child.pid, every_s=0.05)
    watch.start()
    child.stdin.write(b"go\n")
    await child.stdout.readline()
    usage = await watch.stop()
    child.stdin.close()
    await child.wait()
    assert 0.25 <= usage.cpu_s <= 0.6
    assert len(usage.memory) >= 4  # the first, the last, and some between
    assert usage.memory[0].at_s < 0.05
    assert usage.memory[-1].kib - usage.memory[0].kib >= 25_000
    times = [point.at_s for point in usage.memory]
    assert times == sorted(times)


async def test_a_process_that_ends_keeps_what_was_seen() -> None:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "input()", stdin=subprocess.PIPE
    )
    watch = Watch(child.pid, every_s=10)
    watch.start()
    child.kill()
    await child.wait()
    usage = await watch.stop()
    assert len(usage.memory) == 1
    assert usage.cpu_s == 0


def test_a_process_that_is_none_is_said() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    with pytest.raises(ServerError, match=f"no process {child.pid}"):
        Watch(child.pid, every_s=1)


def test_growth_is_counted_after_the_first_minute() -> None:
    steep = [MemoryPoint(at_s, 100 * at_s) for at_s in range(0, 60, 10)]
    late = [MemoryPoint(at_s, 9000 + 2 * at_s) for at_s in range(60, 130, 10)]
    assert growth(steep + late) == pytest.approx(120)
    assert growth([MemoryPoint(at_s, 7.0) for at_s in range(60, 100, 10)]) == pytest.approx(0)


def test_growth_needs_three_points() -> None:
    assert growth([MemoryPoint(at_s, 1.0) for at_s in (0.0, 10.0, 59.9, 60.0, 70.0)]) is None
