import asyncio
import threading
from collections.abc import AsyncIterator

import pytest

from classifier import Verdict
from server.foresight import Foresight, Heard
from server.metrics import Metrics
from tests.server.segments import FINAL, sized


class Hearing:
    def __init__(self, pcm: bytes) -> None:
        self.pcm = pcm

    def verdict(self, **quality: object) -> Verdict | None:
        return Verdict("happy", None, 1.0, {"happy": 1.0}, "0")


class Ear:
    """Hears, once it may; fails where it is told to."""

    def __init__(self) -> None:
        self.go = threading.Semaphore(0)
        self.asked: list[int] = []
        self.fails = False

    def __call__(self, pcm: bytes) -> Hearing:
        self.asked.append(len(pcm))
        assert self.go.acquire(timeout=5)
        if self.fails:
            raise RuntimeError("deaf")
        return Hearing(pcm)


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
async def foresight(ear: Ear, metrics: Metrics) -> AsyncIterator[Foresight]:
    foresight = Foresight(ear, metrics)
    foresight.start()
    yield foresight
    ear.go.release(9)
    await foresight.close()


def counted(metrics: Metrics, outcome: str) -> float:
    name = "vivavoz_segments_expected_total"
    return metrics.registry.get_sample_value(name, {"outcome": outcome}) or 0.0


async def comes(foresight: Foresight, owner: str = "a") -> Heard | None:
    answer: asyncio.Future[Heard | None] = asyncio.get_running_loop().create_future()
    assert foresight.take(owner, FINAL, answer.set_result)
    return await asyncio.wait_for(answer, 5)


async def idle(foresight: Foresight) -> None:
    async with asyncio.timeout(5):
        while foresight._is_busy:  # noqa: ASYNC110 - there is no event for it
            await asyncio.sleep(0.001)


async def test_what_was_heard_before_is_there_at_once(
    foresight: Foresight, ear: Ear, metrics: Metrics
) -> None:
    foresight.expect("a", FINAL)
    ear.go.release()
    await idle(foresight)
    told: list[Heard | None] = []
    assert foresight.take("a", FINAL, told.append)
    assert isinstance(told[0], Hearing)
    assert told[0].pcm == FINAL.pcm
    assert not foresight.take("a", FINAL, told.append)  # once
    assert counted(metrics, "used") == 1


async def test_what_is_being_heard_is_told_when_it_was(foresight: Foresight, ear: Ear) -> None:
    foresight.expect("a", FINAL)
    asyncio.get_running_loop().call_soon(ear.go.release)
    assert await comes(foresight)
    assert ear.asked == [len(FINAL.pcm)]


async def test_other_samples_than_expected_are_not_taken(
    foresight: Foresight, ear: Ear, metrics: Metrics
) -> None:
    foresight.expect("a", sized(4))
    assert not foresight.take("a", FINAL, pytest.fail)
    foresight.expect("b", FINAL)
    assert not foresight.take("a", FINAL, pytest.fail)
    assert counted(metrics, "wasted") == 1


async def test_one_guess_at_a_time(foresight: Foresight, ear: Ear, metrics: Metrics) -> None:
    foresight.expect("a", FINAL)
    foresight.expect("b", FINAL)
    assert counted(metrics, "skipped") == 1
    assert not foresight.take("b", FINAL, pytest.fail)
    ear.go.release()
    assert await comes(foresight)


async def test_a_new_guess_takes_the_place_of_the_one_before(
    foresight: Foresight, ear: Ear, metrics: Metrics
) -> None:
    foresight.expect("a", sized(4))
    ear.go.release(2)
    await idle(foresight)
    foresight.expect("a", FINAL)
    assert await comes(foresight)
    assert ear.asked == [4, len(FINAL.pcm)]
    assert counted(metrics, "wasted") == 1


async def test_what_is_forgotten_is_told_to_nobody(foresight: Foresight, ear: Ear) -> None:
    foresight.expect("a", FINAL)
    foresight.forget("a")
    foresight.forget("nobody")
    ear.go.release()
    await idle(foresight)
    assert not foresight.take("a", FINAL, pytest.fail)


async def test_a_failure_is_told_as_none(foresight: Foresight, ear: Ear) -> None:
    ear.fails = True
    foresight.expect("a", FINAL)
    ear.go.release()
    assert await comes(foresight) is None
    ear.fails = False
    foresight.expect("a", FINAL)
    ear.go.release()
    assert await comes(foresight)


async def test_after_the_close_nothing_is_heard(ear: Ear, metrics: Metrics) -> None:
    foresight = Foresight(ear, metrics)
    foresight.start()
    await foresight.close()
    foresight.expect("a", FINAL)
    assert not foresight.take("a", FINAL, pytest.fail)
    assert ear.asked == []
