"""A segmenter that goes on with a stream of which another one heard the beginning."""

import numpy as np
import pytest

from tests.voice import talk
from vad import Segment, Segmenter, SpeechDiscarded, SpeechEnded, SpeechEvent, SpeechStarted

RATE = 16000
AUDIO = talk(silence=1.0, voice=20.0, pause=1.0, times=1)


def pushed(segmenter: Segmenter, from_ms: int, to_ms: int | None = None) -> list[SpeechEvent]:
    end = None if to_ms is None else to_ms * 16
    return segmenter.push(AUDIO[from_ms * 16 : end].tobytes())


def cuts(events: list[SpeechEvent]) -> list[tuple[int, int, int, int]]:
    return [
        (e.utterance_ms, e.index, e.start_ms, e.end_ms) for e in events if isinstance(e, Segment)
    ]


@pytest.mark.parametrize("index", [0, 1, 2])
def test_a_segment_under_way_ends_as_it_would_have(index: int) -> None:
    whole = pushed(Segmenter(RATE), 0)
    start = cuts(whole)[index]
    resumed = Segmenter(RATE)
    pushed(resumed, 0, start[2])
    resumed.go_on((start[0], index))
    rest = pushed(resumed, start[2])
    assert cuts(rest) == cuts(whole)[index:]
    begun = [SpeechStarted(start[0])] if index == 0 else []
    assert [e for e in rest if isinstance(e, SpeechStarted)] == begun
    assert rest[-1] == whole[-1]


def test_nothing_but_silence_since_the_last_cut_ends_there() -> None:
    resumed = Segmenter(RATE, start_ms=8000)
    resumed.go_on((1000, 2))
    assert resumed.growing == (1000, 2)
    assert resumed.push(np.zeros(RATE, "<i2").tobytes()) == [SpeechEnded(1000, 8000)]


def test_what_was_under_way_and_told_elsewhere_is_forgotten() -> None:
    resumed = Segmenter(RATE)
    pushed(resumed, 0, 3000)
    assert resumed.growing
    resumed.go_on()
    assert resumed.growing is None
    assert resumed.settled_ms == 3000
    assert not any(isinstance(e, SpeechDiscarded) for e in resumed.flush())
