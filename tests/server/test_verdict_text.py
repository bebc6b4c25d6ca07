# ruff: noqa: RUF001 - the dash is what is printed

import pytest

from server.protocol import Reason
from server.verdict_text import WORDS, clock, counted, span, verdict_line
from tests.client_python.peer import emotion


def test_a_label_has_its_time_and_confidence() -> None:
    sad = emotion(3200, end_ms=5149, label="sad", confidence=0.806)
    assert verdict_line(sad) == "[00:03.2–00:05.1] sad 0.81"


def test_every_reason_has_words() -> None:
    assert set(WORDS) == set(Reason)
    for reason in Reason:
        line = verdict_line(emotion(0, label=None, reason=reason))
        assert WORDS[reason] in line


def test_uncertain_says_what_is_likeliest() -> None:
    line = verdict_line(emotion(0, label=None, reason=Reason.UNCERTAIN, confidence=0.4))
    assert line == "[00:00.0–00:00.9] – uncertain, happy 0.40 at most"


@pytest.mark.parametrize(
    ("ms", "text"), [(0, "00:00.0"), (999, "00:00.9"), (59_950, "00:59.9"), (3_661_450, "61:01.4")]
)
def test_a_clock_shows_minutes_seconds_and_tenths(ms: int, text: str) -> None:
    assert clock(ms) == text


def test_the_end_is_open_while_someone_speaks() -> None:
    assert span(1000, None) == "[00:01.0–…]"


def test_one_thing_and_more() -> None:
    assert (counted(1, "file"), counted(0, "file")) == ("1 file", "0 files")
