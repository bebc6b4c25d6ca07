from server.answering import Answering
from tests.server.running import LABELS, StubModel
from tests.voice import speak


def test_another_model_answers_from_the_next_segment_on() -> None:
    first, second = StubModel(), StubModel()
    answering = Answering(first, {"uar": 0.5})
    pcm = speak(0.5).tobytes()
    assert answering.classify(pcm, voiced_ms=500).label in LABELS
    answering.replace(second, None)
    answering.classify(pcm, voiced_ms=500)
    assert (first.calls, second.calls) == (1, 1)
    assert (answering.classifier, answering.report) == (second, None)
