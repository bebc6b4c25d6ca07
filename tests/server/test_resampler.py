import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.protocol import SAMPLE_RATES
from server.resampler import Resampler

RATES = [rate for rate in SAMPLE_RATES if rate != 16000]


def resample(audio: np.ndarray, rate: int, chunks: list[int]) -> np.ndarray:
    resampler = Resampler(rate, 16000)
    parts, at = [], 0
    for size in chunks:
        parts.append(resampler.push(audio[at : at + size]))
        at += size
    return np.concatenate([*parts, resampler.push(audio[at:]), resampler.flush()])


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(SAMPLE_RATES), st.lists(st.integers(0, 5000), max_size=20))
def test_any_chunking_gives_the_same_samples(rate, chunks):
    audio = (np.random.default_rng(0).standard_normal(rate) * 9000).clip(-32768, 32767)
    pcm = audio.astype("<i2")
    assert resample(pcm, rate, chunks).tobytes() == resample(pcm, rate, []).tobytes()


@pytest.mark.parametrize("rate", RATES)
def test_a_tone_keeps_its_pitch_its_level_and_its_time(rate):
    time = np.arange(rate) / rate
    tone = (8000 * np.sin(2 * np.pi * 440 * time)).astype("<i2")
    tone[: rate // 2] = 0
    heard = resample(tone, rate, [100] * 50).astype(float)
    assert abs(len(heard) - 16000) <= 1
    spectrum = np.abs(np.fft.rfft(heard[8200:15800] * np.hanning(7600)))
    assert abs(np.argmax(spectrum) * 16000 / 7600 - 440) < 3
    assert heard[9000:15000].std() == pytest.approx(8000 / 2**0.5, rel=0.01)
    loud = np.flatnonzero(np.abs(heard) > 800)
    assert abs(loud[0] - 8000) < 16  # no delay: 1 ms


def test_the_models_own_rate_passes_untouched():
    pcm = np.arange(-500, 500, dtype=np.int16)
    resampler = Resampler(16000, 16000)
    assert resampler.push(pcm).tobytes() == pcm.tobytes()
    assert resampler.flush().size == 0


def test_a_full_scale_signal_does_not_wrap_around():
    square = np.tile(np.repeat(np.array([32767, -32768], np.int16), 60), 200)
    heard = resample(square, 48000, [])
    for middle in range(15, 300, 20):  # half a period is 20 samples at 16 kHz
        assert abs(int(heard[middle])) > 20000
