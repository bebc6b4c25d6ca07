import shutil
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from training.choose import average, choose, validate
from training.run import checkpoints
from training.segments import Segments
from training.settings import TrainSettings
from training.splits import load_segments


def test_an_average_is_the_mean_of_weights_and_opens(own_run: TrainSettings) -> None:
    first, last = checkpoints(own_run.out)[:2]
    mean = load_file(average([first, last], own_run.out / "mean") / "model.safetensors")
    a, b = (load_file(folder / "model.safetensors") for folder in (first, last))
    assert mean.keys() == a.keys()
    for key in a:
        torch.testing.assert_close(mean[key], (a[key] + b[key]) / 2)
        assert mean[key].dtype == a[key].dtype
    found = validate(own_run.out / "mean", load_segments(own_run, "validation"))
    assert 0 <= found["uar"] <= 1


def always(folder: Path, logits: dict[int, float]) -> None:
    """Make a checkpoint that gives the same logits whatever it hears."""
    weights = load_file(folder / "model.safetensors")
    weights["classifier.weight"].zero_()
    weights["classifier.bias"].zero_()
    for label, value in logits.items():
        weights["classifier.bias"][label] = value
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})


def angry_only(settings: TrainSettings) -> Segments:
    whole = load_segments(settings, "validation")
    return Segments(whole.clips, [cut for cut in whole.cuts if cut.label == 0], whole.samples)


def two(settings: TrainSettings) -> tuple[Path, Path]:
    shutil.rmtree(settings.out / "best")
    first, last = checkpoints(settings.out)
    return first, last


def test_takes_the_best_on_validation(own_run: TrainSettings) -> None:
    first, last = two(own_run)
    always(first, {0: 5})
    always(last, {1: 10})
    choice = choose(own_run.out, angry_only(own_run))
    assert choice.uar == {first.name: 1, last.name: 0, "average": 0}
    assert choice.folder == first


def test_takes_an_average_that_is_better_than_both(own_run: TrainSettings) -> None:
    first, last = two(own_run)
    always(first, {0: 2, 1: 3})
    always(last, {0: 2, 2: 3})
    choice = choose(own_run.out, angry_only(own_run))
    assert choice.uar == {first.name: 0, last.name: 0, "average": 1}
    assert choice.folder == own_run.out / "average"


def test_an_average_that_is_only_as_good_is_not_taken(own_run: TrainSettings) -> None:
    first, last = two(own_run)
    always(first, {0: 2})
    always(last, {0: 3})
    assert choose(own_run.out, angry_only(own_run)).folder == first


def test_best_is_a_copy_and_counted_once(own_run: TrainSettings) -> None:
    choice = choose(own_run.out, angry_only(own_run))
    assert len(choice.uar) == 3
    assert {"best", "average"} <= choice.uar.keys()


def test_a_run_of_one_checkpoint_needs_no_average(own_run: TrainSettings, tmp_path: Path) -> None:
    (tmp_path / "single").mkdir()
    shutil.copytree(own_run.out / "best", tmp_path / "single" / "best")
    choice = choose(tmp_path / "single", load_segments(own_run, "validation"))
    assert list(choice.uar) == ["best"]
    assert np.isfinite(choice.uar["best"])
