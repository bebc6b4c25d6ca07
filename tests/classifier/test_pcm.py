from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from transformers import Wav2Vec2FeatureExtractor

from classifier import ClassifierError, PcmError
from classifier.pcm import model_input, read_samples
from tests.classifier.checkpoints import speechlike

ANY_PCM = arrays(np.int16, st.integers(1, 3000))


@pytest.mark.parametrize("normalise", [True, False])
@settings(deadline=None)  # the machine may be busy
@given(samples=ANY_PCM)
def test_input_is_that_of_the_real_feature_extractor(samples, normalise):
    extractor = Wav2Vec2FeatureExtractor(do_normalize=normalise)
    wave = samples.astype(np.float32) / np.float32(32768)
    theirs = extractor(wave, sampling_rate=16000, return_tensors="np").input_values[0]
    ours = model_input(samples, normalise=normalise)
    assert ours.dtype == np.float32
    np.testing.assert_array_equal(ours, theirs)


def test_long_speech_is_that_of_the_real_feature_extractor():
    samples = speechlike(8)
    wave = samples.astype(np.float32) / np.float32(32768)
    theirs = Wav2Vec2FeatureExtractor()(wave, sampling_rate=16000, return_tensors="np")
    np.testing.assert_array_equal(model_input(samples, normalise=True), theirs.input_values[0])


def test_silence_stays_finite():
    assert not model_input(np.zeros(1000, np.int16), normalise=True).any()


@settings(deadline=None)  # the machine may be busy
@given(samples=ANY_PCM)
def test_bytes_are_little_endian_samples(samples):
    np.testing.assert_array_equal(read_samples(samples.astype("<i2").tobytes()), samples)
    assert read_samples(samples) is samples


def test_no_samples_are_samples():
    assert read_samples(b"").size == 0


@pytest.mark.parametrize(
    "pcm",
    [b"\0", b"\0" * 4001, np.zeros(10, np.float32), np.zeros((2, 10), np.int16)],
    ids=["one byte", "odd", "float", "stereo"],
)
def test_what_is_no_pcm_is_refused(pcm):
    with pytest.raises(PcmError, match="16-bit") as error:
        read_samples(pcm)
    assert isinstance(error.value, ClassifierError)
    assert isinstance(error.value, ValueError)
