from server.arrivals import KEPT, Arrivals


class Clock:
    now = 10.0

    def __call__(self) -> float:
        return self.now


def test_a_point_was_there_when_the_first_message_reached_it() -> None:
    clock = Clock()
    arrivals = Arrivals(clock)
    for audio_ms in (100, 200, 300):
        arrivals.note(audio_ms)
        clock.now += 0.1
    assert arrivals.ms_since(300) == 100
    assert arrivals.ms_since(201) == 100
    assert arrivals.ms_since(200) == 200
    assert arrivals.ms_since(1) == 300


def test_a_message_that_brought_nothing_new_changes_nothing() -> None:
    clock = Clock()
    arrivals = Arrivals(clock)
    arrivals.note(100)
    clock.now += 1
    arrivals.note(100)
    assert arrivals.ms_since(100) == 1000


def test_what_is_not_there_yet() -> None:
    arrivals = Arrivals(Clock())
    assert arrivals.ms_since(20) == 0
    arrivals.note(100)
    assert arrivals.ms_since(120) == 0


def test_memory_is_bounded() -> None:
    clock = Clock()
    arrivals = Arrivals(clock)
    for frame in range(1, 3 * KEPT):
        arrivals.note(20 * frame)
    assert len(arrivals._points) == KEPT
    clock.now += 1
    assert arrivals.ms_since(20) == 1000


def test_what_is_forgotten_is_gone_and_what_comes_after_stays() -> None:
    clock = Clock()
    arrivals = Arrivals(clock)
    arrivals.forget(500)
    for audio_ms in (100, 200, 300):
        arrivals.note(audio_ms)
        clock.now += 0.1
    arrivals.forget(200)
    assert len(arrivals._points) == 1
    assert arrivals.ms_since(201) == 100
    arrivals.forget(250)
    assert arrivals.ms_since(300) == 100
