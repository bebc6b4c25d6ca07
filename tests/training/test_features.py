import importlib.util
from pathlib import Path

import numpy as np
import pytest

from tests.training.conftest import buzz
from training.features import (
    LEVEL,
    extractor,
    feature_sets,
    levelled,
    segments_key,
    speech_features,
)
from training.manifest import EMOTIONS
from training.noises import rms
from training.segments import Segments
from training.settings import TrainSettings
from training.splits import load_segments

QUIET = (buzz("sad", "ann", 0) * 3000).astype(np.int16)


def test_how_loud_it_was_does_not_show() -> None:
    assert rms(levelled(QUIET)) == pytest.approx(LEVEL)
    extract = extractor("mfcc")
    assert extract(levelled(QUIET)) == pytest.approx(extract(levelled(QUIET * 8)), abs=1e-3)
    assert np.isfinite(levelled(np.zeros(100, np.int16))).all()


def test_statistics_tell_pitch_and_spectrum() -> None:
    extract = extractor("mfcc")
    low, high = (extract(levelled((buzz(e, "ann", 0) * 9000).astype(np.int16)))
                 for e in ("angry", "sad"))  # fmt: skip
    assert low.shape == high.shape == (210,)
    median = 41 + 3 * 42  # the last of each 42 is pitch; the fourth statistic is the median
    assert np.exp(low[median]) == pytest.approx(100, rel=0.1)
    assert np.exp(high[median]) == pytest.approx(250, rel=0.1)


def test_a_very_short_segment_has_features() -> None:
    assert np.isfinite(extractor("mfcc")(levelled(QUIET[10000:11000]))).all()


@pytest.mark.skipif(not importlib.util.find_spec("opensmile"), reason="the extra: baseline")
def test_egemaps_are_88_functionals() -> None:
    assert feature_sets() == ("egemaps", "mfcc")
    found = extractor("egemaps")(levelled(QUIET))
    assert found.shape == (88,)
    assert np.isfinite(found).all()


def test_features_are_computed_once(
    finished: TrainSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    segments = load_segments(finished, "test")
    few = Segments(segments.clips, segments.cuts[:3] + segments.cuts[-2:], segments.samples)
    first = speech_features(few, "mfcc", tmp_path)
    speech = [few.clip(i).label in EMOTIONS for i in range(len(few))]
    assert first.shape == (sum(speech), 210)
    assert len(first) < len(few)  # noise is no speech
    monkeypatch.setattr("training.features.extractor", None)
    assert np.array_equal(speech_features(few, "mfcc", tmp_path), first)


def test_other_segments_have_another_key(finished: TrainSettings) -> None:
    segments = load_segments(finished, "test")
    fewer = Segments(segments.clips, segments.cuts[:-1], segments.samples)
    assert segments_key(segments) == segments_key(load_segments(finished, "test"))
    assert segments_key(segments) != segments_key(fewer)
