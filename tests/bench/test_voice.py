from __future__ import annotations

import numpy as np
import pytest

from bench.recordings import RATE
from bench.voice import converse
from vad import Segmenter, SpeechEnded


def utterances(pcm: np.ndarray) -> list[SpeechEnded]:
    segmenter = Segmenter(RATE)
    events = [*segmenter.push(pcm.tobytes()), *segmenter.flush()]
    return [event for event in events if isinstance(event, SpeechEnded)]


@pytest.mark.parametrize("seconds", [0, 0.5, 20.0])
def test_a_conversation_is_as_long_as_asked(seconds: float) -> None:
    assert converse(seconds).shape == (round(seconds * RATE),)


def test_a_conversation_has_utterances_and_is_the_same_each_time() -> None:
    pcm = converse(30)
    assert len(utterances(pcm)) >= 4
    assert np.array_equal(pcm, converse(30))
    assert not np.array_equal(pcm, converse(30, seed=1))
