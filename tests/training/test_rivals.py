from pathlib import Path

import numpy as np
import pytest

from training.answers import asked, speech_rows
from training.measured import Rival
from training.rivals import baselines, read_rival, rival, write_rivals
from training.settings import TrainSettings
from training.splits import load_segments


@pytest.fixture(scope="module")
def made(finished: TrainSettings) -> tuple[list[Rival], np.ndarray]:
    parts = tuple(load_segments(finished, split) for split in ("train", "validation", "test"))
    about = asked(parts[2], speech_rows(parts[2]), {"fay": "F", "gus": "M"})
    cache = finished.out.parent / "cache"
    return baselines(parts, about, about.truth, cache), about.truth  # type: ignore[arg-type]


def test_baselines_stand_in_the_order_of_validation(made: tuple[list[Rival], np.ndarray]) -> None:
    rivals, _ = made
    uars = [r.validation_uar or 0 for r in rivals]
    assert uars == sorted(uars, reverse=True)
    assert "MFCC, pitch + SVM" in {r.name for r in rivals}


def test_a_margin_is_against_the_model(made: tuple[list[Rival], np.ndarray]) -> None:
    for found in made[0]:
        assert found.margin is not None
        assert found.margin.value == pytest.approx(1 - found.pooled.uar)  # the model knows all
        assert set(found.corpora) == {"emodb", "ravdess"}
        assert set(found.sexes) == {"F", "M"}
        assert found.shuffled is not None
        assert found.shuffled.segments == 24


def test_what_a_run_reached_is_kept(finished: TrainSettings, tmp_path: Path) -> None:
    test = load_segments(finished, "test")
    about = asked(test, speech_rows(test), {})
    found = rival("mine", "made by hand", about, about.truth)
    assert found.pooled.uar == 1
    write_rivals(tmp_path, {"test": found})
    assert read_rival(tmp_path, "test") == found
    assert read_rival(tmp_path, "validation") is None
    assert read_rival(tmp_path / "none", "test") is None
