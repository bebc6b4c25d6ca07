from __future__ import annotations

import pytest

from bench.agreement import Heard, compare


def heard(start_ms: int, end_ms: int, label: str | None = None, **scores: float) -> Heard:
    return Heard(start_ms, end_ms, label, None if label else "uncertain", scores)


def test_each_segment_has_one_partner_at_most() -> None:
    ones = [heard(0, 1000), heard(2000, 3000), heard(5000, 6000)]
    others = [heard(2040, 3060), heard(40, 1000), heard(9000, 9500)]
    found = compare(ones, others)
    assert [(p.one.start_ms, p.other.start_ms) for p in found.pairs] == [(0, 40), (2000, 2040)]
    assert found.only_one == [ones[2]]
    assert found.only_other == [others[2]]
    assert (found.offset_ms, found.times_apart_ms) == (40, 40)


def test_one_long_segment_is_not_two_short_ones() -> None:
    found = compare([heard(0, 4000)], [heard(0, 1900), heard(2100, 4000)])
    assert found.pairs == []
    assert (len(found.only_one), len(found.only_other)) == (1, 2)


def test_verdicts_and_scores() -> None:
    ones = [
        heard(0, 1000, "sad", sad=0.7, angry=0.3),
        heard(2000, 3000, "sad", sad=0.6, angry=0.4),
        heard(4000, 5000, None, sad=0.5, angry=0.5),
    ]
    others = [
        heard(0, 1000, "sad", sad=0.6, angry=0.4),
        heard(2000, 3000, "angry", sad=0.2, angry=0.8),
        heard(4000, 5000, "sad", sad=0.5, angry=0.5),
    ]
    found = compare(ones, others)
    assert (found.same_verdict, found.same_lead, found.contradictions) == (1, 2, 1)
    assert found.scores_apart == (pytest.approx(0.5 / 3), pytest.approx(0.4))


def test_who_was_not_asked_has_no_scores() -> None:
    found = compare([heard(0, 1000)], [heard(0, 1000, "sad", sad=0.9)])
    assert found.scores_apart == (0.9, 0.9)
    assert found.same_lead == 0
    assert compare([], []).scores_apart is None
    assert compare([], []).times_apart_ms == 0


def test_a_segment_is_read_as_the_server_writes_it() -> None:
    answer = {
        "start_ms": 20, "end_ms": 40, "label": None, "reason": "too_short", "confidence": 0.2,
        "scores": {"sad": 1.0},
    }  # fmt: skip
    assert Heard.of(answer).verdict == "too_short"
    assert Heard.of(answer).lead == "sad"
