import math

import pytest

from server.capacity import HALF_LIFE_S, LEAST, PRESSURE_S, Capacity


class World:
    """A clock, a thread's clock, and sessions."""

    def __init__(self, cost: float | None = None, workers: int = 1) -> None:
        self.now = self.loop = 0.0
        self.open = 0
        self.capacity = Capacity(
            workers,
            lambda: self.open,
            cost=cost,
            clock=lambda: self.now,
            loop_clock=lambda: self.loop,
        )

    def live(self, seconds: int, *, work: float = 0.0, loop: float = 0.0) -> None:
        """So many seconds in which each session costs so much."""
        for _ in range(seconds):
            self.now += 1
            self.loop += loop * self.open
            self.capacity.note_work(work * self.open)
            self.capacity.tick()


def test_nothing_is_known_at_the_start() -> None:
    world = World()
    assert world.capacity.sessions is None
    assert world.capacity.has_room(1000)


def test_what_is_expected_counts_until_something_is_seen() -> None:
    world = World(cost=0.02)
    assert world.capacity.sessions == 40
    assert world.capacity.has_room(39)
    assert not world.capacity.has_room(40)
    world.open = 10
    world.live(300, work=0.01)
    assert world.capacity.sessions == pytest.approx(80, abs=5)


@pytest.mark.parametrize("workers", [1, 3])
def test_workers_of_which_each_session_takes_a_share(workers: int) -> None:
    world = World(workers=workers)
    world.open = 10
    world.live(120, work=0.05)
    assert world.capacity.sessions == pytest.approx(16 * workers, abs=1)


def test_the_event_loop_has_its_share_too() -> None:
    world = World(workers=100)
    world.open = 10
    world.live(120, work=0.05, loop=0.01)
    assert world.capacity.sessions == pytest.approx(80, abs=1)


def test_what_was_is_forgotten() -> None:
    world = World()
    world.open = 10
    world.live(60, work=0.05)
    busy = world.capacity.sessions or 0
    world.live(int(4 * HALF_LIFE_S), work=0.0)
    assert (world.capacity.sessions or math.inf) > 8 * busy


def test_an_empty_server_says_nothing_and_keeps_nothing() -> None:
    world = World()
    world.live(1000)
    assert world.capacity.sessions is None


def test_a_few_are_always_taken() -> None:
    world = World(cost=100.0)
    assert world.capacity.has_room(LEAST - 1)
    assert not world.capacity.has_room(LEAST)


def test_after_too_much_nobody_new_comes_in_for_a_while() -> None:
    world = World(cost=0.001)
    world.capacity.note_overload()
    assert not world.capacity.has_room(LEAST)
    world.now += PRESSURE_S
    assert world.capacity.has_room(LEAST)


def test_an_event_loop_at_ease_keeps_nobody_out() -> None:
    world = World(workers=100)
    world.open = 40
    world.live(60, loop=0.01)
    assert world.capacity.sessions == 80
    assert world.capacity.has_room(80)
    world.open = 60
    world.live(60, loop=0.01)
    assert world.capacity.has_room(70)
    assert not world.capacity.has_room(81)
