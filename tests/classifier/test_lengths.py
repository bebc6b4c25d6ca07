from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from classifier.lengths import STEP, Layer, count_frames, least_samples, round_up

BASE = tuple(
    Layer(k, s) for k, s in zip((10, 3, 3, 3, 3, 2, 2), (5, 2, 2, 2, 2, 2, 2), strict=True)
)
COMPACT = tuple(Layer(k, s) for k, s in zip((400, 5, 3, 3, 3), (80, 2, 2, 2, 1), strict=True))
LAYERS = st.sampled_from([BASE, COMPACT])


def test_wav2vec2_base_has_49_frames_a_second():
    assert (count_frames(16000, BASE), count_frames(400, BASE)) == (49, 1)
    assert (least_samples(1, BASE), least_samples(49, BASE)) == (400, 15760)


@given(LAYERS, st.integers(2960, 500_000))
def test_a_round_length_holds_the_wave_and_little_more(layers, samples):
    lengths = round_up(samples, layers)
    frames = count_frames(lengths.padded, layers)
    assert lengths.padded >= samples
    assert frames % STEP == 0
    assert lengths.frames == count_frames(samples, layers)
    assert frames - lengths.frames <= STEP
    assert layers[0].outputs(lengths.padded) >= lengths.steps == layers[0].outputs(samples)


def test_few_lengths_are_left():
    padded = {round_up(samples, BASE).padded for samples in range(4800, 128_001, 16)}
    assert len(padded) == 49


def test_trailing_samples_without_a_frame_stay():
    """Group norm hears them: 8 frames of the base model need 2,640 samples."""
    assert round_up(2640, BASE).padded == 2640
    assert round_up(2641, BASE).padded > 2641
