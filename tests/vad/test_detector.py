import numpy as np
import pytest

from tests.voice import speak
from vad import Detector, RateError, remembers_from_ms, rms_db


def share_voiced(audio: np.ndarray, detector: Detector) -> float:
    frames = audio[: len(audio) // 320 * 320].reshape(-1, 320)
    said, floors = detector.decide(frames.tobytes(), rms_db(frames))
    assert detector.noise_db == floors[-1]
    return sum(said) / len(frames)


def test_a_voice_is_speech_and_silence_is_not():
    assert share_voiced(speak(2.0), Detector(16000, 20, 2)) > 0.9
    assert share_voiced(np.zeros(32000, np.int16), Detector(16000, 20, 0)) == 0


def test_a_voice_below_the_least_level_is_none():
    assert share_voiced(speak(2.0, level=10 ** (-50 / 20)), Detector(16000, 20, 2)) > 0.3
    assert share_voiced(speak(2.0, level=10 ** (-75 / 20)), Detector(16000, 20, 2)) == 0


def test_the_gate_stands_six_decibels_above_the_floor():
    voice = speak(0.02).tobytes()
    detector = Detector(16000, 20, 0)
    detector.decide(bytes(640 * 250), [-40.0] * 250)
    assert detector.noise_db == -40
    fresh = Detector(16000, 20, 0)
    assert fresh.decide(voice, [-20.0]) == ([True], [-70.0])  # it passes WebRTC VAD
    assert detector.decide(voice * 2, [-34.5, -33.5]) == ([False, True], [-40.0, -40.0])


def test_modes_differ_and_can_be_changed():
    noise = (np.random.default_rng(1).standard_normal(64000) * 300).astype("<i2")
    lax, strict = Detector(16000, 20, 0), Detector(16000, 20, 0)
    strict.set_aggressiveness(3)
    assert share_voiced(noise, strict) < share_voiced(noise, lax)


def test_a_rate_that_webrtc_does_not_take():
    with pytest.raises(RateError, match="22050"):
        Detector(22050, 20, 2)


def test_what_is_said_rests_on_a_bounded_past():
    """A detector that heard the last half minute says what one says that heard all of it."""
    rng = np.random.default_rng(4)
    noise = rng.standard_normal(80 * 16000) * 80
    voices = np.concatenate([np.append(speak(0.9, seed=i), np.zeros(9600)) for i in range(47)])
    audio = (noise[: len(voices)] + voices).clip(-32768, 32767).astype("<i2")

    def said(first_ms: int, chunk: int) -> list[bool]:
        detector = Detector(16000, 20, 2, first_ms // 20)
        frames = audio[first_ms * 16 : len(audio) // 320 * 320].reshape(-1, 320)
        heard: list[bool] = []
        for at in range(0, len(frames), chunk):
            part = frames[at : at + chunk]
            heard += detector.decide(part.tobytes(), rms_db(part))[0]
        return heard

    whole = said(0, 10_000)
    assert 0.2 < np.mean(whole) < 0.9
    assert said(0, 7) == whole
    for at_ms in (31_000, 47_000, 61_000):
        from_ms = remembers_from_ms(at_ms)
        assert said(from_ms, 5)[(at_ms - from_ms) // 20 :] == whole[at_ms // 20 :]
    late = said(31_000, 5)
    assert late[:300] != whole[31_000 // 20 :][:300]


def test_the_successor_keeps_the_mode():
    noise = (np.random.default_rng(1).standard_normal(40 * 16000) * 300).astype("<i2")
    detector = Detector(16000, 20, 0, first=1400)  # in the overlap: both are changed
    detector.set_aggressiveness(3)
    strict = Detector(16000, 20, 3, first=1400)
    assert share_voiced(noise, detector) == share_voiced(noise, strict)
