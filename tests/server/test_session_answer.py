import pytest

from classifier import Verdict
from server.protocol import ModelInfo, Reason
from server.session_answer import session_answer
from vad import Segment

MODEL = ModelInfo(name="m", version="new", labels=("angry", "happy", "sad", "calm"))
SCORES = {"angry": 0.7, "happy": 0.1, "sad": 0.1, "calm": 0.1}
SEGMENT = Segment(
    utterance_ms=200, index=2, start_ms=1200, end_ms=2200, pcm=b"", final=True,
    voiced_ms=900, level_db=-20.0, noise_db=-60.0, clipped=0.0,
)  # fmt: skip


def test_a_verdict_with_a_label():
    answer = session_answer(SEGMENT, Verdict("angry", None, 0.7, SCORES, "old"), MODEL)
    assert (answer.utterance_id, answer.segment, answer.final) == (200, 2, True)
    assert (answer.start_ms, answer.end_ms) == (1200, 2200)
    assert (answer.label, answer.reason) == ("angry", None)
    assert (answer.confidence, answer.scores) == (0.7, SCORES)
    assert answer.model == "old"  # the one that answered, not the one in force


def test_a_verdict_without_one_says_why():
    answer = session_answer(SEGMENT, Verdict(None, "uncertain", 0.7, SCORES, "old"), MODEL)
    assert (answer.label, answer.reason) == (None, Reason.UNCERTAIN)
    assert answer.scores == SCORES


def test_no_verdict_is_overloaded_and_favours_nothing():
    answer = session_answer(SEGMENT, None, MODEL)
    assert (answer.label, answer.reason) == (None, Reason.OVERLOADED)
    assert answer.scores == dict.fromkeys(MODEL.labels, pytest.approx(0.25))
    assert answer.confidence == pytest.approx(0.25)
    assert answer.model == "new"
