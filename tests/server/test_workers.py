import asyncio
import logging
import threading

import pytest

from server import workers
from server.workers import Workers


async def told(count: int, work: object) -> tuple[Workers[int, int], "asyncio.Queue[tuple]"]:
    done: asyncio.Queue[tuple[int, int, float]] = asyncio.Queue()
    pool = Workers("pool", count, work, lambda *result: done.put_nowait(result))
    pool.start()
    return pool, done


def names() -> set[str]:
    return {thread.name for thread in threading.enumerate() if thread.name.startswith("pool")}


async def test_jobs_are_done_in_threads_and_the_loop_is_told() -> None:
    where: list[int] = []

    def work(job: int) -> int:
        where.append(threading.get_ident())
        return job * 2

    pool, done = await told(1, work)
    pool.put(1)
    pool.put(2)
    results = [await asyncio.wait_for(done.get(), 5) for _ in range(2)]
    assert [result[:2] for result in results] == [(1, 2), (2, 4)]
    assert all(seconds >= 0 for *_, seconds in results)
    assert threading.get_ident() not in where
    await pool.close()


async def test_as_many_at_once_as_there_are_threads() -> None:
    both = threading.Barrier(2, timeout=5)
    pool, done = await told(2, lambda _: both.wait())
    assert pool.count == 2
    pool.put(1)
    pool.put(2)
    for _ in range(2):
        await asyncio.wait_for(done.get(), 5)
    assert names() == {"pool-0", "pool-1"}
    await pool.close()
    assert names() == set()


async def test_what_has_not_begun_at_the_close_is_left() -> None:
    go, begun = threading.Event(), threading.Event()
    asked: list[int] = []

    def work(job: int) -> int:
        asked.append(job)
        begun.set()
        assert go.wait(5)
        return job

    pool, _ = await told(1, work)
    pool.put(1)
    pool.put(2)
    assert await asyncio.to_thread(begun.wait, 5)
    closing = asyncio.create_task(pool.close())
    await asyncio.sleep(0)
    go.set()
    await closing
    assert asked == [1]


async def test_a_thread_that_hangs_is_left_behind(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(workers, "JOIN_S", 0.01)
    go, begun = threading.Event(), threading.Event()

    def hang(_: int) -> None:
        begun.set()
        assert go.wait(5)

    pool, _ = await told(1, hang)
    pool.put(1)
    assert await asyncio.to_thread(begun.wait, 5)
    with caplog.at_level(logging.WARNING):
        await pool.close()
    assert "left behind" in caplog.text
    go.set()
