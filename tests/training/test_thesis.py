from dataclasses import replace
from pathlib import Path

import numpy as np

from training.manifest import read_speech
from training.rivals import read_rival
from training.segments import decode
from training.settings import TrainSettings
from training.thesis import NAME, description, thesis, whole_clips


def test_hears_whole_recordings(tiny: TrainSettings) -> None:
    found = whole_clips(tiny, "validation")
    clips = [c for c in read_speech(tiny.speech) if c.split == "validation"]
    assert [found.clip(i) for i in range(len(found))] == clips
    for i in (0, len(clips) - 1):
        assert np.array_equal(found.pcm(i), decode(clips[i].path))


def test_trains_measures_and_keeps(tiny: TrainSettings, tmp_path: Path) -> None:
    settings = replace(tiny, out=tmp_path / "thesis", epochs=1)
    rivals = thesis(settings, ("test",))
    assert rivals["test"].name == NAME
    assert rivals["test"].pooled.segments == 24
    assert rivals["test"].pooled.speakers == 2
    assert set(rivals["test"].sexes) == {"F", "M"}
    assert read_rival(settings.out, "test") == rivals["test"]


def test_says_what_network_it_was(tiny: TrainSettings) -> None:
    assert "were not at hand" in description(tiny)
    own = description(replace(tiny, base="facebook/wav2vec2-base"))
    assert "facebook/wav2vec2-base, fine-tuned" in own
