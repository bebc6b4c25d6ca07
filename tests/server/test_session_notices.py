import numpy as np

from server.protocol import Limits, Notice, WarningCode
from server.session_notices import SessionNotices

NOTHING = np.zeros(16000, np.int16)
VOICE = np.full(16000, 400, np.int16)


def told(second: np.ndarray, seconds: int, **limits: int) -> list[tuple[int, Notice]]:
    """What is said, with the second it is said at."""
    notices = SessionNotices(Limits(**limits))
    return [
        (number, notice)
        for number in range(1, seconds + 1)
        for notice in notices.after(second, number * 1000)
    ]


def test_a_muted_microphone_is_told_once():
    ((at, notice),) = told(NOTHING, 30)
    assert (at, notice.code) == (10, WarningCode.QUIET)
    assert "microphone" in notice.message


def test_one_that_hears_something_is_not():
    assert told(VOICE, 30) == []


def test_the_end_is_told_once_a_minute_before():
    ((at, notice),) = told(VOICE, 95, session_ms=90_000)
    assert (at, notice.code) == (30, WarningCode.ENDING)
    assert "60 s" in notice.message


def test_a_session_that_is_over_is_not_said_to_end():
    notices = SessionNotices(Limits(session_ms=1000))
    assert list(notices.after(VOICE, 1000)) == []


def test_both_at_once_are_both_said():
    said = told(NOTHING, 12, session_ms=70_000)
    assert said[0][0] == said[1][0] == 10
    assert [notice.code for _, notice in said] == [WarningCode.QUIET, WarningCode.ENDING]
