import io

import numpy as np
import pytest
import soundfile

from tests.training.conftest import RATE, buzz
from training.codec import BLOCK, CODECS, TELEPHONE_RATE, Codec, round_trip, usable_codecs


def names(codec: Codec) -> str:
    return codec.subtype


def wave() -> np.ndarray:
    return (buzz("sad", "ann", 0)[RATE // 2 :] * 3).astype(np.float32)


def likeness(a: np.ndarray, b: np.ndarray) -> float:
    """The highest correlation at any delay."""
    size = 2 * len(a)
    cross = np.fft.irfft(np.fft.rfft(a, size) * np.fft.rfft(b, size).conj())
    return float(cross.max() / np.linalg.norm(a) / np.linalg.norm(b))


def above(samples: np.ndarray, hz: float) -> float:
    """The share of power above a frequency."""
    power = np.abs(np.fft.rfft(samples)) ** 2
    return float(power[np.fft.rfftfreq(len(samples), 1 / RATE) > hz].sum() / power.sum())


def test_the_installed_libsndfile_writes_them_all() -> None:
    assert usable_codecs() == CODECS


@pytest.mark.parametrize("codec", usable_codecs(), ids=names)
def test_a_codec_leaves_the_voice_and_its_length(codec: Codec) -> None:
    heard = round_trip(wave(), codec)
    assert heard.dtype == np.float32
    assert heard.shape == wave().shape
    assert likeness(heard, wave()) > 0.9
    assert not np.array_equal(heard, wave())


@pytest.mark.parametrize("codec", [c for c in usable_codecs() if c.quality], ids=names)
def test_more_compression_leaves_less(codec: Codec) -> None:
    good, bad = (likeness(round_trip(wave(), codec, level), wave()) for level in (0.0, 0.98))
    assert bad < good


@pytest.mark.parametrize(
    "codec", [c for c in usable_codecs() if c.rate == TELEPHONE_RATE], ids=names
)
def test_telephone_codecs_end_where_telephones_do(codec: Codec) -> None:
    noise = np.random.default_rng(0).standard_normal(RATE).astype(np.float32) * 0.1
    assert above(noise, 4100) > 0.4
    assert above(round_trip(noise, codec), 4100) < 0.01


def test_mu_law_is_g711() -> None:
    """255 steps, finer near zero (ITU-T G.711): at 8 kHz, each sample by itself."""
    (codec,) = (c for c in CODECS if c.subtype == "ULAW")
    ramp = np.linspace(-1, 1, 4001, dtype=np.float32)
    coded = io.BytesIO()
    soundfile.write(coded, ramp, codec.rate, codec.subtype, format=codec.container)
    coded.seek(0)
    heard, _ = soundfile.read(coded)
    # The codec is logarithmic: a step is never more than a sixteenth of the level.
    loud = np.abs(ramp) > 0.01
    assert (np.abs(heard - ramp)[loud] <= np.abs(ramp)[loud] / 16).all()
    assert 200 < len(np.unique(heard)) <= 255


@pytest.mark.parametrize("codec", usable_codecs(), ids=names)
@pytest.mark.parametrize("samples", [0, 1, BLOCK - 1, BLOCK + 1])
def test_any_length_comes_back(codec: Codec, samples: int) -> None:
    heard = round_trip(wave()[:samples], codec)
    assert heard.shape == (samples,)
    assert np.isfinite(heard).all()


@pytest.mark.parametrize("codec", [c for c in usable_codecs() if c.container == "OGG"], ids=names)
def test_minutes_do_not_crash_the_process(codec: Codec) -> None:
    """Written at once, libsndfile's Ogg encoders take the whole from the stack."""
    noise = np.random.default_rng(0).standard_normal(40 * RATE).astype(np.float32) * 0.1
    assert len(round_trip(noise, codec, 0.9)) == len(noise)


def test_what_is_too_loud_is_cut_off_rather_than_wrapped() -> None:
    (codec,) = (c for c in CODECS if c.subtype == "ALAW")
    loud = np.full(RATE, 1.7, np.float32)
    assert round_trip(loud, codec)[RATE // 2] == pytest.approx(1, abs=0.05)
