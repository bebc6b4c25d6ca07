from server.protocol import SessionClosed
from server.session_totals import SessionTotals
from vad import Segment, SpeechDiscarded, SpeechEnded, SpeechEvent, SpeechStarted


def segment(start_ms: int, end_ms: int, *, final: bool) -> Segment:
    return Segment(0, 0, start_ms, end_ms, b"", final, 0, 0.0, 0.0, 0.0)


def totals(*events: SpeechEvent) -> SessionClosed:
    counted = SessionTotals()
    for event in events:
        counted.count(event)
    return counted.closed("stopped", 5000)


def test_only_final_segments_are_speech_and_discarded_utterances_are_none():
    closed = totals(
        SpeechStarted(100),
        segment(100, 1100, final=False),
        segment(100, 1900, final=True),
        segment(1900, 2400, final=True),
        SpeechEnded(100, 2400),
        SpeechStarted(3000),
        SpeechDiscarded(3000, 3100, "too_short"),
    )
    assert closed == SessionClosed(
        reason="stopped", audio_ms=5000, speech_ms=2300, utterances=1, segments=2
    )


def test_nothing_was_said():
    assert totals() == SessionClosed(
        reason="stopped", audio_ms=5000, speech_ms=0, utterances=0, segments=0
    )
