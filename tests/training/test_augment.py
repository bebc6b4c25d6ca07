from pathlib import Path

import numpy as np
from transformers import set_seed

from tests.training.conftest import RATE, Corpus, buzz
from training.augment import Augmenter, cache_wavs, in_16_bits
from training.augment_settings import probabilities, read_augment
from training.babble import Babble
from training.manifest import read_noise, read_rooms
from training.settings import TrainSettings
from training.splits import load_segments

OFF = read_augment("none")


def wave() -> np.ndarray:
    return buzz("sad", "ann", 0)[RATE:].astype(np.float32)


def test_all_off_changes_nothing(corpus: Corpus, tmp_path: Path) -> None:
    noises, rooms = read_noise(corpus.sounds), read_rooms(corpus.sounds)
    augmenter = Augmenter(noises, rooms, tmp_path, OFF)
    np.testing.assert_array_equal(augmenter(wave(), np.random.default_rng(0)), wave())


def test_speed_changes_the_length_within_its_range(tmp_path: Path) -> None:
    fast = read_augment("none,speed=1,speed_range=1.1:1.1")
    changed = Augmenter([], [], tmp_path, fast)(wave(), np.random.default_rng(0))
    assert abs(len(changed) - len(wave()) / 1.1) <= 2


def test_noise_is_added_at_the_asked_ratio(corpus: Corpus, tmp_path: Path) -> None:
    loud = read_augment("none,noise=1,snr_db=6:6")
    clean = wave()
    noisy = Augmenter(read_noise(corpus.sounds), [], tmp_path, loud)(
        clean, np.random.default_rng(0)
    )
    added = noisy - clean
    ratio = 10 * np.log10(np.mean(clean**2) / np.mean(added**2))
    assert abs(ratio - 6) < 0.5
    assert noisy.dtype == np.float32


def test_recordings_are_decoded_once(corpus: Corpus, tmp_path: Path) -> None:
    rooms = read_rooms(corpus.sounds)
    (first,) = cache_wavs(rooms, tmp_path)
    first.write_bytes(b"kept")
    assert cache_wavs(rooms, tmp_path) == [first]
    assert first.read_bytes() == b"kept"


def test_each_change_changes_something(tiny: TrainSettings, tmp_path: Path) -> None:
    assert tiny.sounds is not None
    noises, rooms = read_noise(tiny.sounds), read_rooms(tiny.sounds)
    learn = load_segments(tiny, "train")
    for name in probabilities():
        settings = read_augment(f"none,{name}=1")
        augmenter = Augmenter(noises, rooms, tmp_path, settings, Babble(learn, settings))
        set_seed(0)  # audiomentations may draw a change of nothing
        changed = augmenter(wave(), np.random.default_rng(0), 0)
        assert changed.dtype == np.float32, name
        assert changed.shape != wave().shape or np.abs(changed - wave()).max() > 1e-4, name
        assert np.isfinite(changed).all(), name


def test_what_is_off_draws_no_random_number(tmp_path: Path) -> None:
    """So that runs of before these steps came can be had again."""
    rng = np.random.default_rng(0)
    Augmenter([], [], tmp_path, OFF)(wave(), rng)
    once = np.random.default_rng(0)
    once.random()  # for the speed
    assert rng.random() == once.random()


def test_too_loud_is_cut_off_and_too_soft_left_with_few_steps() -> None:
    loud = in_16_bits(wave(), 40)
    assert loud.max() == np.float32(32767 / 32768)
    assert loud.min() == -1
    assert (np.abs(loud) > 0.99).mean() > 0.2
    soft = in_16_bits(wave(), -60)
    assert len(np.unique(soft)) < 15
    np.testing.assert_allclose(in_16_bits(wave(), 0), wave(), atol=1 / 65536)
