import pytest

from server.admission import Admission, FullError


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


def test_no_more_than_can_be_served() -> None:
    asked: list[int] = []

    def has_room(taken: int) -> bool:
        asked.append(taken)
        return taken < 2

    admission = Admission(total=9, per_address=9, has_room=has_room)
    with admission.place("a"), admission.place("b"):
        with pytest.raises(FullError) as caught, admission.place("c"):
            pass
        assert caught.value.cause == "capacity"
        assert admission.taken == 2
    assert asked == [0, 1, 2]
