import numpy as np
import pytest

from training.manifest import EMOTIONS
from training.noises import NoiseMaker, looped, noise_of, pink, rms, voices_of
from training.recordings import whole
from training.settings import TrainSettings
from training.splits import load_segments

RATE = 16000


def tone(hz: float) -> np.ndarray:
    return (8000 * np.sin(2 * np.pi * hz * np.arange(RATE) / RATE)).astype(np.int16)


@pytest.fixture
def maker() -> NoiseMaker:
    recorded = [np.zeros(RATE, np.int16), tone(3000)]
    return NoiseMaker(recorded, {name: tone(200 + 100 * i) for i, name in enumerate("abcdefg")})


def loudest(wave: np.ndarray, count: int) -> set[int]:
    spectrum = np.abs(np.fft.rfft(wave[:RATE]))
    return set(np.argsort(spectrum)[-count:].tolist())


@pytest.mark.parametrize("kind", ["recorded", "babble", "white", "pink"])
def test_noise_has_one_level_and_depends_on_the_seed_alone(maker: NoiseMaker, kind: str) -> None:
    first, again, other = (
        maker.make(kind, 2 * RATE, "a", np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    assert len(first) == 2 * RATE
    assert rms(first) == pytest.approx(1, rel=1e-3)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_silence_is_no_recorded_noise(maker: NoiseMaker) -> None:
    for seed in range(8):
        wave = maker.make("recorded", RATE, "a", np.random.default_rng(seed))
        assert loudest(wave, 1) == {3000}


def test_nobody_babbles_over_themselves(maker: NoiseMaker) -> None:
    for seed in range(8):
        wave = maker.make("babble", RATE, "c", np.random.default_rng(seed))
        heard = loudest(wave, 5)
        assert len(heard & {200, 300, 500, 600, 700, 800}) == 5
        assert 400 not in heard  # c's own voice


def test_pink_noise_falls_by_three_db_an_octave() -> None:
    wave = pink(np.random.default_rng(0).standard_normal(20 * RATE).astype(np.float32))
    power = np.square(np.abs(np.fft.rfft(wave)))
    octaves = [power[20 * hz : 40 * hz].mean() for hz in (200, 400, 800, 1600)]
    steps = 10 * np.log10(np.array(octaves[:-1]) / octaves[1:])
    assert steps == pytest.approx([3, 3, 3], abs=0.4)


def test_kinds_without_material_are_left_out() -> None:
    assert NoiseMaker([], {"a": tone(200)}).kinds == ("white", "pink")
    assert NoiseMaker([tone(200)], {}).kinds == ("recorded", "white", "pink")


def test_a_loop_goes_on_where_it_ended() -> None:
    wave = np.arange(10, dtype=np.float32)
    found = looped(wave, 25, np.random.default_rng(3))
    assert len(found) == 25
    assert set((np.diff(found) % 10).tolist()) == {1}


def test_material_is_the_splits(finished: TrainSettings) -> None:
    segments = load_segments(finished, "test")
    voices = voices_of(segments)
    assert set(voices) == {"fay", "gus"}
    speech = sum(segments.cuts[i].length for i in range(len(segments))
                 if segments.clip(i).label in EMOTIONS)  # fmt: skip
    assert sum(map(len, voices.values())) == speech
    (noise,) = noise_of(whole(segments.clips, finished.out.parent / "cache"))
    assert len(noise) == 3 * RATE
