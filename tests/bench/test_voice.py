from __future__ import annotations

import numpy as np
import pytest

from bench.recordings import RATE
from bench.voice import converse, speak
from vad import Segmenter, SpeechEnded


def utterances(pcm: np.ndarray) -> list[SpeechEnded]:
    segmenter = Segmenter(RATE)
    events = [*segmenter.push(pcm.tobytes()), *segmenter.flush()]
    return [event for event in events if isinstance(event, SpeechEnded)]


def test_the_detector_takes_it_for_a_voice() -> None:
    (one,) = utterances(np.concatenate([np.zeros(RATE, "<i2"), speak(2.0)]))
    assert one.end_ms - one.start_ms >= 1800


def test_it_has_its_level_and_length() -> None:
    pcm = speak(1.5, level=0.1)
    assert pcm.shape == (24000,)
    assert np.sqrt(np.mean((pcm / 32767.0) ** 2)) == pytest.approx(0.1, rel=0.01)
    assert speak(0).size == 0


@pytest.mark.parametrize("seconds", [0, 0.5, 20.0])
def test_a_conversation_is_as_long_as_asked(seconds: float) -> None:
    assert converse(seconds).shape == (round(seconds * RATE),)


def test_a_conversation_has_utterances_and_is_the_same_each_time() -> None:
    pcm = converse(30)
    assert len(utterances(pcm)) >= 4
    assert np.array_equal(pcm, converse(30))
    assert not np.array_equal(pcm, converse(30, seed=1))
