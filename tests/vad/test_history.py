import numpy as np
import pytest

from vad.history import History
from vad.level import SILENCE_DB

FRAME = 4


def filled(levels: list[float], first: int = 0) -> History:
    """Frames of two samples that hold their number; the even ones are voiced."""
    history = History(FRAME, first)
    for i, level in enumerate(levels, first):
        history.add(np.full(2, i, "<i2").tobytes(), [level], [i % 2 == 0])
    return history


def test_a_stretch_holds_its_frames_and_the_level_of_the_voiced_ones():
    stretch = filled([-10.0, -90.0, -10.0, -90.0], first=6).stretch(7, 9)
    assert np.frombuffer(stretch.pcm, "<i2").tolist() == [7, 7, 8, 8]
    assert (stretch.voiced, stretch.level_db, stretch.clipped) == (1, pytest.approx(-10), 0)


def test_a_stretch_without_a_voice_is_as_quiet_as_silence():
    assert filled([-10.0, -10.0]).stretch(1, 2).level_db == SILENCE_DB


def test_what_was_forgotten_makes_room_and_the_numbers_stay():
    history = filled([-10.0] * 6)
    history.forget(4)
    history.forget(2)  # further back: nothing to do
    assert history.first == 4
    assert np.frombuffer(history.stretch(4, 6).pcm, "<i2").tolist() == [4, 4, 5, 5]


def test_the_quietest_place_is_the_middle_of_several_frames():
    history = filled([-10, -60, -10, -40, -40, -40, -10], first=100)
    assert history.quietest(100, 107, 3) == 105
    assert history.quietest(100, 103, 1) == 102  # behind the frame
