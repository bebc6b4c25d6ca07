import numpy as np
import pytest

from vad import SILENCE_DB, NoiseFloor, clipped_share, rms_db


def test_rms_of_known_signals():
    square = np.full((1, 320), 32767, np.int16)
    sine = (16384 * np.sin(2 * np.pi * np.arange(320) / 32)).astype(np.int16)[None]
    assert rms_db(square)[0] == pytest.approx(0, abs=0.01)
    assert rms_db(sine)[0] == pytest.approx(-9.03, abs=0.01)  # half scale, and 3 dB for the sine
    assert rms_db(np.zeros((2, 320), np.int16)) == [SILENCE_DB, SILENCE_DB]


def test_a_row_does_not_depend_on_its_neighbours():
    rows = np.random.default_rng(0).integers(-32768, 32767, (7, 160)).astype(np.int16)
    together = rms_db(rows)
    assert [rms_db(rows[i : i + 1])[0] for i in range(7)] == together


def test_clipped_share_counts_both_ends():
    assert clipped_share(np.array([32767, -32768, -32767, 0], np.int16)) == 0.75
    assert clipped_share(np.zeros(0, np.int16)) == 0


def test_the_floor_is_the_minimum_of_the_window_and_forgets_what_is_older():
    floor = NoiseFloor(20, window_ms=800, prior_db=-70)
    for _ in range(60):
        floor.update([-30])
    assert floor.db == -30
    floor.update([-50])
    assert floor.db == -50  # down at once
    for _ in range(35):
        floor.update([-30])
    assert floor.db == -50  # still within the window
    for _ in range(10):
        floor.update([-30])
    assert floor.db == -30


def test_until_the_window_is_full_the_floor_stays_at_its_prior():
    floor = NoiseFloor(20, window_ms=800, prior_db=-70)
    for _ in range(39):
        assert floor.update([-20]) == [-70]
    assert floor.update([-20]) == [-20]


def test_silence_does_not_lower_the_floor_below_its_prior():
    floor = NoiseFloor(20, window_ms=800, prior_db=-70)
    for _ in range(100):
        floor.update([SILENCE_DB])
    assert floor.db == -70
