from __future__ import annotations

import numpy as np

from bench.expectation import expect
from bench.recordings import RATE, Pcm
from tests.bench.conftest import with_silence
from vad import Segment, Segmenter, VadSettings
from vad.voice import speak


def test_a_pause_decides_a_hangover_after_the_last_sample(one_utterance: Pcm) -> None:
    expected = expect(one_utterance, VadSettings(hangover_ms=300))
    ((key, due),) = expected.verdicts.items()
    assert key == (due.start_ms, 0)
    assert due.ended == "pause"
    assert due.decided_ms == due.end_ms + 300
    assert expected.utterances == {due.start_ms: (due.end_ms, False)}


def test_the_end_of_the_stream_decides_at_once() -> None:
    pcm = with_silence(speak(1.0), before=0.5, after=0.1)
    (due,) = expect(pcm, VadSettings()).verdicts.values()
    assert (due.ended, due.decided_ms) == ("stop", 1600)


def test_the_maximum_length_decides_before_the_utterance_ends() -> None:
    pcm = with_silence(speak(5.0), before=0.5, after=1.0)
    expected = expect(pcm, VadSettings(max_segment_ms=3000))
    first, last = expected.verdicts.values()
    assert [key[1] for key in expected.verdicts] == [0, 1]
    assert (first.ended, last.ended) == ("cut", "pause")
    assert first.decided_ms == first.start_ms + 3000
    assert first.end_ms < first.decided_ms
    assert last.start_ms == first.end_ms


def test_a_discarded_utterance_is_to_be_told_and_has_no_verdict() -> None:
    pcm = with_silence(speak(0.15), before=0.5, after=1.0)
    expected = expect(pcm, VadSettings(onset_ms=60))
    assert not expected.verdicts
    assert [discarded for _, discarded in expected.utterances.values()] == [True]


def test_it_is_what_a_segmenter_says() -> None:
    pcm = np.concatenate([with_silence(speak(s), before=0.6, after=0.6) for s in (0.7, 2.0, 9.5)])
    segmenter = Segmenter(RATE)
    events = [*segmenter.push(pcm.tobytes()), *segmenter.flush()]
    segments = [event for event in events if isinstance(event, Segment)]
    due = expect(pcm, VadSettings()).verdicts
    assert {key: (d.start_ms, d.end_ms) for key, d in due.items()} == {
        (s.utterance_ms, s.index): (s.start_ms, s.end_ms) for s in segments
    }
    assert len(due) >= 4
