from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.augment_settings import (
    LIMITS,
    AugmentError,
    AugmentSettings,
    probabilities,
    read_augment,
)
from training.errors import TrainingError


def test_nothing_said_leaves_the_defaults() -> None:
    assert read_augment("") == AugmentSettings()


def test_what_is_named_is_set_and_the_rest_stays() -> None:
    given = read_augment("noise=0.5, babble=0.1,codec=1,snr_db=-5:20,voices=2:4")
    wanted = AugmentSettings(noise=0.5, babble=0.1, codec=1, snr_db=(-5, 20), voices=(2, 4))
    assert given == wanted


def test_none_switches_off_what_is_not_named_after_it() -> None:
    given = read_augment("none,room=0.2")
    assert {name: getattr(given, name) for name in probabilities()} == {
        **dict.fromkeys(probabilities(), 0.0),
        "room": 0.2,
    }


def test_steps_that_came_later_are_off_until_somebody_asks() -> None:
    defaults = AugmentSettings()
    assert (defaults.babble, defaults.codec, defaults.gain) == (0, 0, 0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nois=0.3", "'nois=0.3' is no augmentation: write NAME=PROBABILITY with one of noise"),
        ("noise", "'noise' is no augmentation"),
        ("noise=0.3,none", "'none' is no augmentation"),
        ("noise=1.5", "noise is 1.5, not a probability"),
        ("noise=-0.1", "noise is -0.1, not a probability"),
        ("noise=loud", "'loud' is no number"),
        ("noise=nan", "'nan' is no number"),
        ("noise=0:1", "noise takes one number"),
        ("snr_db=10", "snr_db takes LOW:HIGH"),
        ("snr_db=20:10", "snr_db is 20:10, not a range LOW:HIGH within -20:100"),
        ("speed_range=0:2", "speed_range is 0:2, not a range LOW:HIGH within 0.5:2"),
        ("voices=0:6", "voices is 0:6, not a range"),
        ("gain_db=-inf:0", "'-inf' is no number"),
    ],
)
def test_a_slip_of_the_pen_is_told(text: str, said: str) -> None:
    with pytest.raises(AugmentError) as error:
        read_augment(text)
    assert said in str(error.value)
    assert isinstance(error.value, TrainingError)


def test_each_range_has_limits_and_each_default_lies_in_them() -> None:
    ranges = {f.name for f in fields(AugmentSettings) if isinstance(f.default, tuple)}
    assert ranges == set(LIMITS)


settings = st.builds(
    lambda chances, low, high: AugmentSettings(**chances, snr_db=(min(low, high), max(low, high))),
    st.fixed_dictionaries({n: st.integers(0, 100).map(lambda v: v / 100) for n in probabilities()}),
    st.integers(-20, 100),
    st.integers(-20, 100),
)


@given(settings)
def test_written_settings_are_read_as_they_were(given: AugmentSettings) -> None:
    assert read_augment(str(given)) == given
