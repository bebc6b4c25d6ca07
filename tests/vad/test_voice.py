import numpy as np
import pytest

from vad import Segmenter, SpeechEnded
from vad.voice import RATE, speak


def test_the_detector_takes_it_for_a_voice() -> None:
    segmenter = Segmenter(RATE)
    pcm = np.concatenate([np.zeros(RATE, "<i2"), speak(2.0)])
    events = [*segmenter.push(pcm.tobytes()), *segmenter.flush()]
    (one,) = [event for event in events if isinstance(event, SpeechEnded)]
    assert one.end_ms - one.start_ms >= 1800


def test_it_has_its_level_and_length() -> None:
    pcm = speak(1.5, level=0.1)
    assert pcm.shape == (24000,)
    assert np.sqrt(np.mean((pcm / 32767.0) ** 2)) == pytest.approx(0.1, rel=0.01)
    assert speak(0).size == 0
