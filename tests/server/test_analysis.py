from functools import partial

import numpy as np
import pytest

from classifier import Classifier, Verdict
from server.analysis import Analysis, analyse
from server.inference import classify_segment, model_info
from server.protocol import ModelInfo
from server.recording import Recording
from tests.voice import talk
from vad import Segment, VadSettings

SPEECH = talk(silence=0.6, voice=1.4, pause=0.9, times=3)
MODEL = ModelInfo(name="stub", version="7", labels=("happy", "sad"))


def happy(segment: Segment) -> Verdict:
    return Verdict("happy", None, 0.75, {"happy": 0.75, "sad": 0.25}, "7")


def found(samples: np.ndarray, rate: int = 16000, **vad: int) -> Analysis:
    recording = Recording(samples, rate)
    return analyse(recording, MODEL, happy, vad=VadSettings(**vad))


def test_utterances_with_their_times_and_verdicts() -> None:
    analysis = found(SPEECH)
    assert (analysis.audio_ms, analysis.model) == (len(SPEECH) // 16, "7")
    assert len(analysis.utterances) == 3
    for number, utterance in enumerate(analysis.utterances):
        assert utterance.start_ms == pytest.approx(600 + 2300 * number - 100, abs=120)
        assert utterance.end_ms == pytest.approx(2000 + 2300 * number, abs=120)
        (segment,) = utterance.segments
        assert (segment.start_ms, segment.end_ms) == (utterance.start_ms, utterance.end_ms)
        assert (segment.label, segment.reason, segment.confidence) == ("happy", None, 0.75)


def test_the_json_is_what_the_protocol_says() -> None:
    data = found(SPEECH[: 3 * 16000]).model_dump(mode="json")
    assert data.keys() == {"audio_ms", "model", "utterances"}
    utterance = data["utterances"][0]
    assert utterance.keys() == {"start_ms", "end_ms", "segments"}
    names = {"start_ms", "end_ms", "label", "reason", "confidence", "scores"}
    assert utterance["segments"][0].keys() == names


def test_a_long_utterance_has_several_segments() -> None:
    (utterance,) = found(
        talk(silence=0.5, voice=7.5, pause=1, times=1), max_segment_ms=3000
    ).utterances
    assert len(utterance.segments) >= 3
    for first, second in zip(utterance.segments, utterance.segments[1:], strict=False):
        assert first.end_ms == second.start_ms


def test_a_setting_is_kept() -> None:
    assert len(found(SPEECH, hangover_ms=1500).utterances) == 1


def test_silence_and_what_is_too_short_give_nothing() -> None:
    assert found(np.zeros(48000, "<i2")).utterances == ()
    blip = talk(silence=0.5, voice=0.3, pause=1, times=1)
    assert found(blip, min_speech_ms=1000).utterances == ()


def test_no_verdict_is_an_overload() -> None:
    analysis = analyse(Recording(SPEECH, 16000), MODEL, lambda _: None)
    (segment,) = analysis.utterances[0].segments
    assert (segment.label, segment.reason) == (None, "overloaded")
    assert sum(segment.scores.values()) == pytest.approx(1)


def test_longer_than_any_session() -> None:
    hour = np.zeros(8000 * 3700, "<i2")
    assert found(hour, 8000).audio_ms == 3_700_000


def test_with_a_real_model(classifier: Classifier) -> None:
    ask = partial(classify_segment, classifier.classify)
    analysis = analyse(Recording(SPEECH, 16000), model_info(classifier), ask)
    assert len(analysis.utterances) == 3
    assert analysis.model == "1-test"
