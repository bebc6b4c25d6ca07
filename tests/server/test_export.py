from datetime import UTC, datetime

from annotation import About
from server.analysis import AnalysedSegment, AnalysedUtterance, Analysis
from server.export import about_now, annotation_of, segment_of
from server.protocol import Reason
from tests.client_python.peer import MODEL, emotion


def test_an_analysis_becomes_an_annotation() -> None:
    judged = {"confidence": 0.6, "scores": {"happy": 0.6, "sad": 0.4}}
    first = AnalysedSegment(start_ms=400, end_ms=8000, label="happy", reason=None, **judged)
    second = AnalysedSegment(
        start_ms=8000, end_ms=9000, label=None, reason=Reason.UNCERTAIN, **judged
    )
    utterance = AnalysedUtterance(start_ms=400, end_ms=9000, segments=(first, second))
    about = About("a.wav", datetime.now(UTC), "1", ("happy", "sad"))
    found = annotation_of(Analysis(audio_ms=9500, model="1", utterances=(utterance,)), about)
    assert (found.about, found.audio_ms) == (about, 9500)
    assert [(each.utterance_id, each.segment, each.word) for each in found.segments] == [
        (400, 0, "happy"),
        (400, 1, "uncertain"),
    ]
    assert {each.model for each in found.segments} == {"1"}


def test_a_live_verdict_becomes_a_segment() -> None:
    said = emotion(8000, utterance_id=400, segment=3, end_ms=9000, model="2")
    found = segment_of(said)
    assert (found.utterance_id, found.segment, found.start_ms, found.end_ms) == (400, 3, 8000, 9000)
    assert (found.label, found.model, found.confidence) == ("happy", "2", 0.9)


def test_what_is_annotated_is_dated_with_its_zone() -> None:
    about = about_now("a.wav", MODEL)
    assert (about.source, about.model, about.labels) == ("a.wav", "1", ("happy", "sad"))
    assert abs((about.made_at - datetime.now(UTC)).total_seconds()) < 60
