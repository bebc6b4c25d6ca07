import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from training.settings import TrainSettings

ROOT = Path(__file__).parents[2]
BATCH = 4
EPOCHS = 2


@pytest.fixture(scope="module")
def together(tiny: TrainSettings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with notes of what two processes saw, and their run; the cache was not there."""
    folder = tmp_path_factory.mktemp("together")
    launch = "-m torch.distributed.run --nproc-per-node 2 --rdzv-backend c10d"
    command = [sys.executable, *launch.split(), "--rdzv-endpoint", "localhost:0"]
    command += [str(Path(__file__).with_name("watched_run.py")), str(folder)]
    command += f"fit --speech {tiny.speech} --sounds {tiny.sounds} --workers 0".split()
    command += f"--run-folder {folder / 'run'} --width 48 --layers 1".split()
    command += f"--epochs {EPOCHS} --batch {BATCH}".split()
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.count(str(folder / "run" / "best")) == 1  # one of them speaks
    return folder


def seen(folder: Path, rank: int) -> list[int]:
    return [int(line) for line in (folder / f"rank{rank}").read_text().split()]


def test_no_segment_is_seen_twice_in_an_epoch(together: Path) -> None:
    first, second = (seen(together, rank) for rank in (0, 1))
    assert len(first) == len(second)
    share = len(first) // EPOCHS
    assert share >= 3 * BATCH
    for epoch in range(EPOCHS):
        part = slice(epoch * share, (epoch + 1) * share)
        both = first[part] + second[part]
        assert len(set(both)) == len(both)
    assert first[:share] != first[share:]  # another order in the next epoch


def test_they_leave_one_run(together: Path) -> None:
    run = together / "run"
    steps = len(seen(together, 0)) // BATCH
    assert {f.name for f in run.glob("checkpoint-*")} == {
        f"checkpoint-{steps // 2}",
        f"checkpoint-{steps}",
    }
    assert (run / "best" / "model.safetensors").exists()
    assert len(list(run.glob("runs/*/events*"))) == 1
    assert json.loads((run / "run.json").read_text())["epochs"] == EPOCHS


def test_their_loss_is_a_mean_not_a_sum(together: Path) -> None:
    """At the start it is about log(7) times the mean weight of 1, however many they are."""
    history = json.loads((together / "run" / "trainer_state.json").read_text())["log_history"]
    first = next(row["loss"] for row in history if "loss" in row)
    assert 1.5 < first < 2.5
