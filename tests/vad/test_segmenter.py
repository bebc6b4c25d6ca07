"""The segmenter: properties that hold for any audio, and the cases that a person would notice."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vad.streams import RATE, finals, run, some_audio, some_settings
from tests.voice import speak, talk
from vad import (
    PcmError,
    RateError,
    Segment,
    Segmenter,
    SpeechDiscarded,
    SpeechEnded,
    SpeechStarted,
    VadSettings,
)


@settings(max_examples=60, deadline=None)
@given(some_audio(), some_settings, st.lists(st.integers(0, 20000), max_size=40))
def test_any_chunking_gives_the_same_events(audio, vad, chunks):
    options = {"interim_ms": 500, "lead_ms": 160}
    assert run(audio, vad, chunks, **options) == run(audio, vad, **options)


@settings(max_examples=80, deadline=None)
@given(some_audio(), some_settings)
def test_what_holds_for_any_audio(audio, vad):
    events = run(audio, vad, interim_ms=700)
    open_at: int | None = None
    index = 0
    free = 0
    for event in events:
        match event:
            case SpeechStarted(start_ms):
                assert open_at is None
                assert start_ms >= free
                open_at, index = start_ms, 0
            case Segment():
                assert event.utterance_ms == open_at
                assert event.index == index
                assert event.start_ms >= free
                assert 0 < event.end_ms - event.start_ms <= vad.max_segment_ms
                first, last = event.start_ms * RATE // 1000, event.end_ms * RATE // 1000
                assert event.pcm == audio[first:last].tobytes()
                assert 0 <= event.voiced_ms <= event.end_ms - event.start_ms
                if event.final:
                    free = event.end_ms
                    index += 1
            case SpeechEnded(start_ms, end_ms):
                assert start_ms == open_at
                assert index > 0
                assert end_ms == free
                open_at = None
            case SpeechDiscarded(start_ms, end_ms):
                assert start_ms == open_at
                assert index == 0
                assert end_ms >= start_ms
                free, open_at = end_ms, None
    assert open_at is None


@settings(max_examples=30, deadline=None)
@given(some_audio(), some_settings)
def test_flush_is_idempotent(audio, vad):
    segmenter = Segmenter(RATE, vad)
    segmenter.push(audio.tobytes())
    segmenter.flush()
    assert segmenter.flush() == []
    assert segmenter.position_ms == len(audio) * 1000 // RATE // 20 * 20


@settings(max_examples=30, deadline=None)
@given(some_audio(), some_settings, some_settings, st.integers(0, 10 * RATE))
def test_settings_may_change_at_any_time(audio, before, after, at):
    segmenter = Segmenter(RATE, before)
    events = segmenter.push(audio[:at].tobytes())
    segmenter.settings = after
    events += segmenter.push(audio[at:].tobytes()) + segmenter.flush()
    starts = sum(isinstance(e, SpeechStarted) for e in events)
    ends = sum(isinstance(e, SpeechEnded | SpeechDiscarded) for e in events)
    assert starts == ends
    assert segmenter.settings == after
    longest = max(before.max_segment_ms, after.max_segment_ms)
    assert all(e.end_ms - e.start_ms <= longest for e in finals(events))


def test_two_utterances_with_a_pause_between():
    audio = talk(silence=1.0, voice=1.5, pause=1.0, times=2)
    segments = finals(run(audio, VadSettings()))
    assert len(segments) == 2
    for segment, start in zip(segments, (1000, 3500), strict=True):
        assert abs(segment.start_ms - (start - 200)) <= 120  # the pre-roll is in
        assert abs(segment.end_ms - (start + 1500)) <= 200
        assert segment.snr_db > 20


def test_a_short_pause_does_not_end_an_utterance_and_a_longer_hangover_bridges_more():
    audio = talk(silence=1.0, voice=1.0, pause=0.8, times=2)
    assert len(finals(run(audio, VadSettings(hangover_ms=400)))) == 2
    assert len(finals(run(audio, VadSettings(hangover_ms=1200)))) == 1


def test_a_click_is_taken_back():
    audio = talk(silence=1.0, voice=0.2, pause=1.0, times=1)
    events = run(audio, VadSettings(onset_ms=60, min_speech_ms=500))
    assert [type(e) for e in events] == [SpeechStarted, SpeechDiscarded]
    assert isinstance(events[1], SpeechDiscarded)
    assert events[1].reason == "too_short"


def test_the_last_word_is_not_lost_when_the_stream_ends_in_it():
    audio = talk(silence=0.5, voice=1.0, pause=0.0, times=1)
    segments = finals(run(audio, VadSettings()))
    assert len(segments) == 1
    assert segments[0].end_ms >= 1440


def test_a_long_utterance_is_cut_where_it_is_quietest():
    audio = np.concatenate([np.zeros(RATE, "<i2"), speak(10.0)])
    dip = slice(6 * RATE, 6 * RATE + RATE // 8)  # 125 ms, shorter than the hangover
    audio[dip] //= 50
    segments = finals(run(audio, VadSettings(max_segment_ms=8000)))
    assert len(segments) == 2
    assert segments[0].end_ms == segments[1].start_ms
    assert 6000 <= segments[0].end_ms <= 6125
    assert [s.index for s in segments] == [0, 1]


def test_no_segment_exceeds_a_maximum_that_is_no_whole_frames():
    segments = finals(run(speak(10.0), VadSettings(max_segment_ms=3010)))
    assert len(segments) >= 4
    assert max(s.end_ms - s.start_ms for s in segments) <= 3000


def test_a_cut_in_the_pause_leaves_no_segment_of_silence():
    audio = np.concatenate([speak(2.8), np.zeros(4 * RATE, "<i2")])
    events = run(audio, VadSettings(hangover_ms=3000, max_segment_ms=3000))
    assert [type(e) for e in events] == [SpeechStarted, Segment, SpeechEnded]
    assert events[2] == SpeechEnded(0, finals(events)[0].end_ms)


def test_interims_come_each_second_and_hold_the_last_three():
    audio = np.concatenate([np.zeros(RATE, "<i2"), speak(6.0), np.zeros(RATE, "<i2")])
    events = run(audio, VadSettings(), interim_ms=1000)
    interims = [e for e in events if isinstance(e, Segment) and not e.final]
    assert len(interims) >= 5
    assert all(e.end_ms - e.start_ms <= 3000 for e in interims)
    steps = np.diff([e.end_ms for e in interims])
    assert steps.min() >= 1000
    assert np.median(steps) <= 1200  # an interim waits for a voiced frame


def test_steady_noise_closes_the_gate_once_its_floor_is_known():
    rng = np.random.default_rng(3)
    hum = rng.standard_normal(20 * RATE)
    audio = (hum / hum.std() * 1500).astype("<i2")
    late = [s for s in finals(run(audio, VadSettings(aggressiveness=0))) if s.end_ms > 7000]
    assert late == []


def test_a_voice_over_steady_noise_is_still_cut():
    rng = np.random.default_rng(3)
    audio = (rng.standard_normal(12 * RATE) * 150).astype("<i2")
    audio[8 * RATE : 10 * RATE] += speak(2.0)
    segments = finals(run(audio, VadSettings(aggressiveness=3)))
    covered = sum(min(s.end_ms, 10000) - max(s.start_ms, 8000) for s in segments if s.end_ms > 8000)
    assert covered >= 1600


def test_a_resumed_stream_counts_on():
    audio = talk(silence=1.0, voice=1.0, pause=1.0, times=1)
    start = Segmenter(RATE, start_ms=70_010)
    events = start.push(audio.tobytes())
    assert start.position_ms == 70_000 + 3000
    assert isinstance(events[0], SpeechStarted)
    assert 70_700 <= events[0].start_ms <= 71_000


def test_what_is_settled_only_grows_and_no_segment_begins_before_it():
    audio = np.concatenate([talk(silence=1.0, voice=1.2, pause=0.7, times=4), speak(9.0)])
    segmenter = Segmenter(RATE)
    settled = 0
    for at in range(0, len(audio), 320):
        for event in segmenter.push(audio[at : at + 320].tobytes()):
            if isinstance(event, Segment | SpeechStarted):
                assert event.start_ms >= settled
        assert segmenter.settled_ms >= settled
        settled = segmenter.settled_ms
        assert segmenter.position_ms - settled <= 8000
    assert segmenter.growing is not None
    assert segmenter.growing[1] >= 0
    assert -50 < segmenter.noise_db < -20  # nine seconds without a pause: the dips are the floor
    assert segmenter.sample_rate == RATE


def test_memory_does_not_grow_with_the_stream():
    segmenter = Segmenter(RATE)
    noise = (np.random.default_rng(0).standard_normal(RATE) * 200).astype("<i2").tobytes()
    for _ in range(120):
        segmenter.push(noise)
    history = segmenter._history
    held = len(history._pcm) + len(segmenter._pending)
    assert held <= 9 * RATE * 2
    assert len(history._levels) * 640 == len(history._voiced) * 640 == len(history._pcm)


@pytest.mark.parametrize("rate", [8000, 32000, 48000])
def test_other_rates_that_the_vad_takes(rate):
    voice = speak(1.5, rate=rate)
    audio = np.concatenate([np.zeros(rate, "<i2"), voice, np.zeros(rate, "<i2")])
    segmenter = Segmenter(rate)
    segments = finals(segmenter.push(audio.tobytes()) + segmenter.flush())
    assert len(segments) == 1
    assert len(segments[0].pcm) == (segments[0].end_ms - segments[0].start_ms) * rate // 1000 * 2
    assert abs(segments[0].end_ms - 2500) <= 200


def test_rates_that_it_does_not_take_are_refused():
    with pytest.raises(RateError, match="44100; resample to one of"):
        Segmenter(44100)


def test_half_a_sample_is_refused_and_nothing_of_it_taken():
    segmenter = Segmenter(RATE)
    with pytest.raises(PcmError, match="3 bytes"):
        segmenter.push(b"abc")
    segmenter.push(bytes(640))
    assert segmenter.position_ms == 20
