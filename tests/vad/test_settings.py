import pytest
from pydantic import ValidationError

from vad import VadSettings


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("aggressiveness", 0, 3),
        ("onset_ms", 20, 500),
        ("hangover_ms", 100, 3000),
        ("preroll_ms", 0, 1000),
        ("min_speech_ms", 0, 2000),
        ("max_segment_ms", 3000, 30000),
    ],
)
def test_ranges_are_kept_on_both_sides(name, least, most):
    for value in (least, most):
        assert getattr(VadSettings.model_validate({name: value}), name) == value
    for value in (least - 1, most + 1, float("nan"), True, str(least)):
        with pytest.raises(ValidationError):
            VadSettings.model_validate({name: value})


def test_merge_takes_only_what_was_given():
    merged = VadSettings(hangover_ms=900).merge(VadSettings(onset_ms=100))
    assert merged.hangover_ms == 900
    assert merged.onset_ms == 100
