"""What the segmenter tells early in a pause: nothing else changes, and it comes true."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vad.streams import RATE, finals, run, some_audio, some_settings
from tests.voice import talk
from vad import (
    Segment,
    Segmenter,
    SegmentExpected,
    SpeechDiscarded,
    SpeechEnded,
    SpeechStarted,
    VadSettings,
)


@settings(max_examples=60, deadline=None)
@given(some_audio(), some_settings, st.integers(20, 600))
def test_what_is_expected_changes_nothing_and_is_what_comes_if_the_pause_lasts(audio, vad, lead):
    events = run(audio, vad, lead_ms=lead)
    plain = [event for event in events if not isinstance(event, SegmentExpected)]
    assert plain == run(audio, vad)
    for event, following in pairwise(events):
        if isinstance(event, SegmentExpected):
            assert lead < vad.hangover_ms
            assert event.segment.final
            if isinstance(following, Segment) and following.end_ms == event.segment.end_ms:
                assert replace(following, noise_db=event.segment.noise_db) == event.segment


def test_the_segment_of_a_pause_is_told_early_in_it():
    audio = talk(silence=1.0, voice=1.5, pause=1.0, times=1)
    segmenter = Segmenter(RATE, VadSettings(hangover_ms=400), lead_ms=120)
    told = {
        type(event): segmenter.position_ms
        for at in range(0, len(audio), 320)
        for event in segmenter.push(audio[at : at + 320].tobytes())
    }
    assert told[Segment] - told[SegmentExpected] == 120
    assert list(told) == [SpeechStarted, SegmentExpected, Segment, SpeechEnded]


def test_a_pause_that_does_not_last_is_told_each_time():
    audio = talk(silence=1.0, voice=1.0, pause=0.3, times=3)
    events = run(audio, VadSettings(hangover_ms=600), lead_ms=500)
    told = [event.segment for event in events if isinstance(event, SegmentExpected)]
    assert len(told) == 3
    assert len({segment.end_ms for segment in told}) == 3
    assert {segment.start_ms for segment in told} == {finals(events)[0].start_ms}


def test_what_would_be_discarded_is_not_expected():
    audio = talk(silence=1.0, voice=0.2, pause=1.0, times=1)
    events = run(audio, VadSettings(onset_ms=60, min_speech_ms=500), lead_ms=100)
    assert [type(e) for e in events] == [SpeechStarted, SpeechDiscarded]
