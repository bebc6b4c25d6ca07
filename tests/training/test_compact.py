import numpy as np
import pytest
import torch

from training.compact import (
    BANDS,
    CEILING,
    HOP,
    KERNEL,
    KNOTS,
    PHASES,
    RATE,
    compact_model,
    filterbank,
    is_compact,
    mel_frequencies,
    shared_convolutions,
)
from training.distil import pupil_of
from training.manifest import LABELS
from training.teacher import Teacher, TeacherConfig


@pytest.fixture(scope="module")
def ears() -> torch.nn.ModuleList:
    torch.manual_seed(0)
    return compact_model(LABELS).eval().wav2vec2.feature_extractor.conv_layers


def test_each_filter_peaks_at_its_bands_centre() -> None:
    centres = mel_frequencies(BANDS)
    spectra = np.abs(np.fft.rfft(filterbank()[:, 0], n=16384, axis=1))
    peaks = spectra.argmax(axis=1) * RATE / 16384
    width = np.maximum(np.gradient(centres) / 2, RATE / KERNEL / 4)
    off = np.abs(peaks.reshape(BANDS, PHASES) - centres[:, None])
    # Below one cycle a window, a band and its mirror image at -f overlap, and move the peak.
    resolved = centres > 2 * RATE / KERNEL
    assert resolved.sum() > BANDS * 0.9
    assert (off[resolved] <= width[resolved, None]).all()


def test_filters_have_unit_norm_and_the_phases_differ() -> None:
    filters = filterbank()[:, 0].reshape(BANDS, PHASES, KERNEL)
    np.testing.assert_allclose(np.linalg.norm(filters, axis=2), 1, rtol=1e-5)
    quarter = np.einsum("bk,bk->b", filters[:, 0], filters[:, 1])
    opposite = np.einsum("bk,bk->b", filters[:, 0], filters[:, 2])
    assert np.abs(quarter[10:]).max() < 0.1
    np.testing.assert_allclose(opposite, -1, atol=1e-5)


def test_mel_frequencies_are_equally_spaced_in_mel() -> None:
    mel = 2595 * np.log10(1 + mel_frequencies(20) / 700)
    np.testing.assert_allclose(np.diff(mel), np.diff(mel)[0])


@torch.no_grad()
def test_the_ramps_add_up_to_a_logarithm_over_50_db(ears: torch.nn.ModuleList) -> None:
    """Layer 1, given the phases of a band at a growing envelope."""
    levels_db = np.linspace(20 * np.log10(KNOTS[0]), 20 * np.log10(KNOTS[-1]), 101)
    envelope = torch.from_numpy(10 ** (levels_db / 20)).float()
    angle = torch.linspace(0, 2 * torch.pi, 41)[:-1]
    phases = torch.stack([torch.cos(angle + p * torch.pi / 2) for p in range(PHASES)])
    rectified = (envelope[:, None, None] * phases).clamp(min=0)  # (levels, phases, angles)
    x = torch.zeros(len(levels_db), BANDS * PHASES, len(angle))
    band = 7
    x[:, band * PHASES : (band + 1) * PHASES] = rectified
    ramps = ears[1](x)[:, band * len(KNOTS) : (band + 1) * len(KNOTS)].sum(1).mean(-1).numpy()

    slope, offset = np.polyfit(levels_db, ramps, 1)
    assert slope == pytest.approx(CEILING / 10, rel=0.15)  # one ramp for each 10 dB
    assert np.abs(ramps - (slope * levels_db + offset)).max() < CEILING * 0.35  # a third of 10 dB
    assert (np.diff(ramps) > 0).all()
    # At its knot a ramp ends; the next one, 10 dB on, is at a third, the one after at a tenth.
    assert ramps[0] == pytest.approx(CEILING * (1 + 1 / 3 + 1 / 10), rel=0.05)
    assert ramps[-1] > CEILING * (len(KNOTS) - 0.3)


@torch.no_grad()
def test_level_makes_no_difference(ears: torch.nn.ModuleList) -> None:
    wave = torch.randn(1, 1, RATE, generator=torch.Generator().manual_seed(3))
    loud, quiet = (ears[0](wave * level) for level in (1.0, 0.1))
    torch.testing.assert_close(loud, quiet, rtol=1e-2, atol=1e-2)


@torch.no_grad()
def test_a_tone_lights_its_band(ears: torch.nn.ModuleList) -> None:
    centres = mel_frequencies(BANDS)
    band = 30
    time = torch.arange(RATE) / RATE
    conv = ears[0].conv(torch.sin(2 * torch.pi * centres[band] * time)[None, None])
    energy = conv.clamp(min=0).mean(-1).reshape(BANDS, PHASES).sum(1)
    assert int(energy.argmax()) == band


def test_the_default_size_is_what_is_served() -> None:
    torch.manual_seed(0)
    model = compact_model(LABELS)
    parameters = sum(p.numel() for p in model.parameters())
    assert 3.7e6 < parameters < 4.1e6
    assert model.config.id2label == dict(enumerate(LABELS))
    stride = np.prod(model.config.conv_stride)
    assert stride == 8 * HOP


@torch.no_grad()
def test_it_matters_little_where_the_first_frame_begins(ears: torch.nn.ModuleList) -> None:
    """Of a voice-like sound (pulses, 110 a second) cut 20 samples later. Without the sum over five
    envelopes the pulses of the wide bands fall into one frame or the next.
    """
    pulses = torch.zeros(2 * RATE)
    pulses[:: RATE // 110] = 1.0
    decay = torch.exp(-torch.arange(400) / 40) * torch.sin(torch.arange(400) * 0.9)
    voice = torch.nn.functional.conv1d(pulses[None, None], decay.flip(0)[None, None])

    def heard(wave: torch.Tensor) -> torch.Tensor:
        return ears[1](ears[0](wave))[..., :100]

    here, later = heard(voice), heard(voice[..., 20:])
    assert (here - later).square().mean().sqrt() < 0.1 * here.std()


@torch.no_grad()
def test_a_pattern_a_band_higher_gives_the_same_a_band_higher(ears: torch.nn.ModuleList) -> None:
    """Two bands of the input are one of layer 2's output, and its weights are shared."""
    ramps = torch.rand(1, BANDS, len(KNOTS), 9, generator=torch.Generator().manual_seed(1))
    higher = ramps.roll(2, dims=1)
    low, high = (ears[2](x.flatten(1, 2)).unflatten(1, (BANDS // 2, -1)) for x in (ramps, higher))
    torch.testing.assert_close(high[:, 4:-3], low[:, 3:-4])


@torch.no_grad()
def test_layer_2_starts_in_the_range_where_it_learns(ears: torch.nn.ModuleList) -> None:
    """Given noise: neither all cut off at 0 nor saturated."""
    wave = torch.randn(1, 1, RATE, generator=torch.Generator().manual_seed(3))
    heard = ears[2](ears[1](ears[0](wave)))
    assert 0.2 < float((heard > 0).float().mean()) < 0.8
    assert float((heard >= CEILING).float().mean()) < 0.1


def test_what_shares_is_found_in_a_pupil_and_in_no_other_model() -> None:
    model = compact_model(LABELS, width=48, layers=1)
    assert is_compact(model.config)
    assert len(shared_convolutions(pupil_of(model, 4))) == 3
    assert shared_convolutions(Teacher(TeacherConfig((4, 4, 8, 8), 8, num_labels=7))) == []


def test_a_seed_gives_the_same_weights() -> None:
    def weights(seed: int) -> torch.Tensor:
        torch.manual_seed(seed)
        return torch.nn.utils.parameters_to_vector(
            compact_model(LABELS, width=48, layers=1).parameters()
        )

    assert torch.equal(weights(1), weights(1))
    assert not torch.equal(weights(1), weights(2))
