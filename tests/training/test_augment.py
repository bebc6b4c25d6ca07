from pathlib import Path

import numpy as np

from tests.training.conftest import RATE, Corpus, buzz
from training.augment import Augmenter, AugmentSettings, cache_wavs
from training.manifest import read_noise, read_rooms

OFF = AugmentSettings(noise=0, room=0, speed=0, band=0, clip=0)


def wave() -> np.ndarray:
    return buzz("sad", "ann", 0)[RATE:].astype(np.float32)


def test_all_off_changes_nothing(corpus: Corpus, tmp_path: Path) -> None:
    augmenter = Augmenter([], [], tmp_path, OFF)
    np.testing.assert_array_equal(augmenter(wave(), np.random.default_rng(0)), wave())


def test_speed_changes_the_length_within_its_range(tmp_path: Path) -> None:
    fast = AugmentSettings(noise=0, room=0, speed=1, band=0, clip=0, speed_range=(1.1, 1.1000001))
    changed = Augmenter([], [], tmp_path, fast)(wave(), np.random.default_rng(0))
    assert abs(len(changed) - len(wave()) / 1.1) <= 2


def test_noise_is_added_at_the_asked_ratio(corpus: Corpus, tmp_path: Path) -> None:
    loud = AugmentSettings(noise=1, snr_db=(6, 6), room=0, speed=0, band=0, clip=0)
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
