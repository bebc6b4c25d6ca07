import numpy as np

from server.silence import Silence

QUIET = np.full(16000, 100, np.int16)


def test_ten_seconds_of_nothing_are_told_once():
    silence = Silence()
    assert [silence.is_news(QUIET, 1000 * (i + 1)) for i in range(12)] == [False] * 9 + [True] + [
        False
    ] * 2


def test_a_microphone_that_was_heard_is_never_told_of():
    for peak in (331, -331):
        silence = Silence()
        assert not silence.is_news(np.array([peak], np.int16), 10)
        assert not silence.is_news(QUIET, 20_000)
    assert not Silence().is_news(np.zeros(0, np.int16), 20_000)
