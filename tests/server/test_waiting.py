from collections.abc import Iterable
from dataclasses import dataclass

from server.waiting import Waiting


@dataclass(eq=False)
class Asked:
    owner: str
    name: str
    is_final: bool = True

    def __repr__(self) -> str:
        return self.name


def finals(*names: str) -> list[Asked]:
    """The owner is the first letter."""
    return [Asked(name[0], name) for name in names]


def interim(name: str) -> Asked:
    return Asked(name[0], name, is_final=False)


def waiting(size: int, jobs: Iterable[Asked] = ()) -> Waiting[Asked]:
    queue: Waiting[Asked] = Waiting(size)
    for job in jobs:
        assert queue.add(job) is None
    return queue


def drained(queue: Waiting[Asked]) -> list[str]:
    names = []
    while job := queue.pop():
        names.append(job.name)
    assert len(queue) == 0
    return names


def test_owner_after_owner_each_in_its_order() -> None:
    queue = waiting(9, finals("a1", "a2", "a3", "b1", "c1", "c2"))
    assert drained(queue) == ["a1", "b1", "c1", "a2", "c2", "a3"]
    assert queue.pop() is None


def test_finals_before_interims() -> None:
    queue = waiting(9, [interim("a1"), interim("b1"), *finals("b2")])
    assert drained(queue) == ["b2", "a1", "b1"]


def test_of_the_interims_of_one_the_newest() -> None:
    first, second = interim("a1"), interim("a2")
    queue = waiting(2, [first, *finals("b1")])
    assert queue.add(second) is first
    assert queue.interim_of("a") is second
    assert drained(queue) == ["b1", "a2"]


def test_an_interim_too_many_stays_out_and_a_final_takes_the_place_of_the_oldest() -> None:
    old, late = interim("a1"), interim("c1")
    queue = waiting(2, [old, interim("b1")])
    assert queue.add(late) is late
    (final,) = finals("d1")
    assert queue.add(final) is old
    assert drained(queue) == ["d1", "b1"]


def test_a_final_too_many_puts_out_the_last_of_who_has_most() -> None:
    jobs = finals("a1", "a2", "a3", "b1")
    queue = waiting(4, jobs)
    assert queue.is_full
    second, third, fourth = finals("b2", "c1", "c2")
    assert queue.add(second) is jobs[2], "three against one"
    assert queue.add(third) is jobs[1], "two against none"
    assert queue.add(fourth) is fourth, "two against one: it would only be the other way round"
    assert drained(queue) == ["a1", "b1", "c1", "b2"]


def test_what_had_its_turn_comes_first_in_its_own_and_always_finds_room() -> None:
    jobs = finals("a1", "a2")
    queue = waiting(2, jobs)
    assert queue.pop() is jobs[0]
    assert queue.add(finals("b1")[0]) is None
    queue.add_first(jobs[0])
    assert len(queue) == 3
    assert drained(queue) == ["a1", "b1", "a2"]


def test_taking_out() -> None:
    jobs = [*finals("a1", "b1"), interim("c1")]
    queue = waiting(9, jobs)
    assert list(queue) == jobs
    for job in (jobs[0], jobs[0], jobs[2]):
        queue.discard(job)
    assert list(queue) == [jobs[1]]
    assert queue.has_finals
    queue.clear()
    assert (len(queue), queue.has_finals, queue.pop()) == (0, False, None)


def test_who_left_is_forgotten() -> None:
    (job,) = finals("a1")
    queue = waiting(9, [job])
    queue.discard(job)
    assert not queue._finals
