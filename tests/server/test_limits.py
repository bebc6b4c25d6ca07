import pytest

from server.limits import Admission, FullError, TokenBucket


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


def test_places_in_all() -> None:
    admission = Admission(total=2, per_address=2)
    with admission.place("a"), admission.place("b"):
        assert admission.taken == 2
        with pytest.raises(FullError) as caught, admission.place("c"):
            pass
    assert caught.value.cause == "total"
    assert admission.taken == 0


def test_places_for_one_address() -> None:
    admission = Admission(total=9, per_address=2)
    with admission.place("a"), admission.place("a"), admission.place("b"):
        with pytest.raises(FullError) as caught, admission.place("a"):
            pass
        with admission.place(None):
            assert admission.taken == 4
    assert caught.value.cause == "address"


def test_a_place_is_free_again_whatever_happened_in_it() -> None:
    admission = Admission(total=1, per_address=1)
    with pytest.raises(ZeroDivisionError), admission.place("a"):
        _ = 1 / 0
    with admission.place("a"):
        pass


def test_addresses_that_left_are_forgotten() -> None:
    admission = Admission(total=9, per_address=9)
    for number in range(1000):
        with admission.place(str(number)):
            pass
    assert len(admission._taken) == 0
