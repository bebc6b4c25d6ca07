import pytest

from server.token_bucket import TokenBucket


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_passes_and_one_more_waits() -> None:
    bucket = TokenBucket(rate=200, capacity=200, clock=Clock())
    assert [bucket.take(1) for _ in range(200)] == [0.0] * 200
    assert bucket.take(1) == pytest.approx(1 / 200)


def test_tokens_come_back_with_time_up_to_the_capacity() -> None:
    clock = Clock()
    bucket = TokenBucket(rate=10, capacity=20, clock=clock)
    assert bucket.take(20) == 0
    clock.now += 1
    assert bucket.take(10) == 0
    assert bucket.take(1) == pytest.approx(0.1)
    clock.now += 1000
    assert bucket.take(20) == 0
    assert bucket.take(1) > 0


def test_who_keeps_to_the_rate_finds_it_full_each_time() -> None:
    clock = Clock()
    bucket = TokenBucket(rate=10, capacity=20, clock=clock)
    found = []
    for seconds in (0, 0.5, 1, 0.1, 1):
        clock.now += seconds
        bucket.take(5)
        found.append(bucket.was_full)
    assert found == [True, True, True, False, True]


def test_waiting_as_told_keeps_to_the_rate() -> None:
    clock = Clock()
    bucket = TokenBucket(rate=1.25 * 16000, capacity=30 * 16000, clock=clock)
    begun = clock.now
    for _ in range(600):  # a minute in blocks of 100 ms
        clock.now += bucket.take(1600)
    assert clock.now - begun == pytest.approx(30 / 1.25, abs=0.01)


def test_within_the_slack_it_counts_as_full() -> None:
    bucket = TokenBucket(rate=1, capacity=10, clock=lambda: 0.0, slack=4)
    assert [bucket.take_if_full(3) for _ in range(3)] == [True, True, False]
    bucket.take(0)
    assert not bucket.was_full
