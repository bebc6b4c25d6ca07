from typing import Any

import pytest

from server.feedback import Feedback, read_feedback
from server.refusal import RefusalError
from tests.server.running import LABELS

GIVEN: dict[str, Any] = {"consent": True, "label": "sad"}


def refused(**fields: Any) -> str:
    with pytest.raises(RefusalError) as caught:
        read_feedback(GIVEN | fields, LABELS)
    assert caught.value.status == 400
    assert str(caught.value)
    return caught.value.code


def test_a_label_and_consent_are_enough() -> None:
    assert read_feedback(GIVEN, LABELS) == Feedback(consent=True, label="sad")


def test_nobody_spoke_is_a_correction_too() -> None:
    assert read_feedback(GIVEN | {"label": "no_speech"}, LABELS).label == "no_speech"


@pytest.mark.parametrize("consent", [False, None, "", "false", "yes", "True", "1", 1, 1.0, [True]])
def test_only_true_is_consent(consent: object) -> None:
    assert refused(consent=consent) == "no_consent"


def test_silence_is_no_consent() -> None:
    with pytest.raises(RefusalError, match="consent has to be true"):
        read_feedback({"label": "sad"}, LABELS)


def test_a_form_says_true_as_a_text() -> None:
    assert read_feedback(GIVEN | {"consent": "true"}, LABELS).consent is True


def test_labels_are_those_of_the_model() -> None:
    assert refused(label="bored") == "bad_label"


@pytest.mark.parametrize(
    "fields",
    [
        {"email": "ann@example.org"},
        {"note": "x" * 501},
        {"speaker": "Ann Example"},
        {"speaker": "x" * 65},
        {"model": "<script>"},
        {"verdict": "happy"},
        {"verdict": {"confidence": 2}},
        {"verdict": {"scores": {"happy": "much"}}},
        {"verdict": {"reason": "mood"}},
        {"label": ""},
        {"label": None},
    ],
    ids=str,
)
def test_what_is_wrong_or_unknown_is_refused(fields: dict[str, Any]) -> None:
    assert refused(**fields) == "bad_feedback"


def test_of_a_verdict_nothing_is_kept_that_tells_of_the_session() -> None:
    emotion = {
        "type": "emotion",
        "utterance_id": 1200,
        "start_ms": 1200,
        "label": "happy",
        "reason": None,
        "confidence": 0.6,
        "scores": {"happy": 0.6, "sad": 0.4},
        "latency_ms": 3,
    }
    verdict = read_feedback(GIVEN | {"verdict": emotion}, LABELS).verdict
    assert verdict is not None
    assert verdict.model_dump().keys() == {"label", "reason", "confidence", "scores"}
