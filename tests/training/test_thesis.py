from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from training.cli import main
from training.manifest import SPLITS, read_speech
from training.rivals import read_rival
from training.segments import Segments, decode
from training.settings import TrainSettings
from training.thesis import NAME, dealt, description, thesis, whole_clips
from training.train import SegmentTrainer


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


@pytest.fixture(scope="module")
def shuffled(tiny: TrainSettings) -> dict[str, Segments]:
    return dealt({split: whole_clips(tiny, split) for split in SPLITS}, tiny)


def test_a_random_split_has_as_many_of_each_but_whoever_speaks(
    tiny: TrainSettings, shuffled: dict[str, Segments]
) -> None:
    honest = {split: whole_clips(tiny, split).clips for split in SPLITS}
    for split, part in shuffled.items():
        assert Counter((c.corpus, c.label) for c in part.clips) == Counter(
            (c.corpus, c.label) for c in honest[split]
        )
        assert np.array_equal(part.pcm(3), decode(part.clip(3).path))
    given = [clip.path for part in shuffled.values() for clip in part.clips]
    assert sorted(given) == sorted(clip.path for part in honest.values() for clip in part)
    people = [{clip.speaker for clip in part.clips} for part in shuffled.values()]
    assert set.intersection(*people), "somebody is on all sides"


def test_what_a_random_split_would_report_stands_beside(
    tiny: TrainSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(tiny, out=tmp_path / "thesis", epochs=1)
    words = ["thesis", "--speech", str(tiny.speech), "--run", str(settings.out), "--random-split"]
    words += ["--epochs", "1", "--batch", "8", "--workers", "0", "--width", "48", "--layers", "1"]
    assert main(words) == 0
    test = read_rival(settings.out / "rival.json", "test")
    assert test
    assert test.shuffled
    assert test.shuffled.segments == test.pooled.segments == 24
    assert test.shuffled.speakers > test.pooled.speakers == 2
    # What is trained to its end is not trained again.
    monkeypatch.setattr(SegmentTrainer, "training_step", None)
    assert thesis(settings, ("validation", "test"), random_split=True)["test"] == test


def test_says_what_network_it_was(tiny: TrainSettings) -> None:
    assert "were not at hand" in description(tiny)
    own = description(replace(tiny, base="facebook/wav2vec2-base"))
    assert "facebook/wav2vec2-base, fine-tuned" in own
