from random import Random

from client_python import Backoff


def test_waits_grow_to_a_bound_and_chance_spreads_them() -> None:
    for seed in range(20):
        backoff = Backoff(Random(seed), first_s=1.0, most_s=10.0)
        waits = [backoff.next_s() for _ in range(8)]
        assert 0 <= waits[0] <= 1
        for wait, most in zip(waits[1:], (2, 4, 8, 10, 10, 10, 10), strict=True):
            assert most / 2 <= wait <= most
    assert len({Backoff(Random(seed)).next_s() for seed in range(20)}) == 20


def test_what_a_server_asks_for_is_kept_to() -> None:
    assert Backoff(Random(1)).next_s(least_s=30.0) == 30.0


def test_after_success_it_begins_anew() -> None:
    backoff = Backoff(Random(1), first_s=0.1)
    for _ in range(5):
        backoff.next_s()
    backoff.reset()
    assert backoff.next_s() <= 0.1
