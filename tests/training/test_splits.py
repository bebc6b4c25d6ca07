from dataclasses import replace
from pathlib import Path

import pytest

from training.manifest import EMOTIONS, NO_SPEECH, Clip
from training.settings import TrainSettings
from training.splits import load_segments, select


def clip(corpus: str, split: str = "train", name: str = "a") -> Clip:
    return Clip(Path(name), "angry", "ann", corpus, "en", split)  # type: ignore[arg-type]


@pytest.mark.parametrize(("share", "kept"), [(1.0, 10), (0.5, 5), (0.4, 4), (0.7, 7), (0.0, 0)])
def test_a_share_of_tess_and_all_of_the_others(share: float, kept: int) -> None:
    clips = [clip("tess", name=str(i)) for i in range(10)] + [clip("nemo"), clip("tess", "test")]
    chosen = select(clips, "train", share)
    assert sum(c.corpus == "tess" for c in chosen) == kept
    assert sum(c.corpus == "nemo" for c in chosen) == 1


def test_segments_of_one_split_with_its_noise(finished: TrainSettings) -> None:
    found = load_segments(finished, "validation")
    labels = [found.clip(i).label for i in range(len(found))]
    assert {found.clip(i).split for i in range(len(found))} == {"validation"}
    assert set(labels) == {*EMOTIONS, NO_SPEECH}
    assert NO_SPEECH not in {
        c.label for c in load_segments(replace(finished, sounds=None), "validation").clips
    }
