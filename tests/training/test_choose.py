import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from training.choose import average, choose, validate
from training.run import checkpoints
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


def test_takes_the_best_on_validation(own_run: TrainSettings) -> None:
    check = load_segments(own_run, "validation")
    choice = choose(own_run.out, check)
    assert choice.uar[choice.folder.name] == max(choice.uar.values())
    assert validate(choice.folder, check)["uar"] == choice.uar[choice.folder.name]
    assert "average" in choice.uar
    assert len(choice.uar) <= 3  # `best` is one of the two, counted once


def test_an_average_that_is_no_better_is_not_taken(own_run: TrainSettings) -> None:
    first, last, *_ = checkpoints(own_run.out)
    shutil.rmtree(own_run.out / "best")
    broken = load_file(last / "model.safetensors")
    save_file(
        {k: torch.zeros_like(v) if v.is_floating_point() else v for k, v in broken.items()},
        last / "model.safetensors",
        metadata={"format": "pt"},
    )
    choice = choose(own_run.out, load_segments(own_run, "validation"))
    assert choice.uar[last.name] == pytest.approx(1 / 6)
    if choice.uar["average"] <= choice.uar[first.name]:
        assert choice.folder == first


def test_a_run_of_one_checkpoint_needs_no_average(own_run: TrainSettings, tmp_path: Path) -> None:
    (tmp_path / "single").mkdir()
    shutil.copytree(own_run.out / "best", tmp_path / "single" / "best")
    choice = choose(tmp_path / "single", load_segments(own_run, "validation"))
    assert list(choice.uar) == ["best"]
    assert np.isfinite(choice.uar["best"])
