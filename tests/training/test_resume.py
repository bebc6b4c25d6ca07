import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from training.augment_settings import read_augment
from training.settings import TrainSettings
from training.train import last_whole, train

ROOT = Path(__file__).parents[2]
AUGMENT = "babble=0.5,codec=0.5,gain=0.5"
EPOCHS = 3


def history(run: Path) -> list[tuple[int, float, float]]:
    """Step, loss and size of the gradient (or loss and UAR on validation) of each log."""
    rows = json.loads((run / "trainer_state.json").read_text())["log_history"]
    learned = [(r["step"], r["loss"], r["grad_norm"]) for r in rows if "loss" in r]
    checked = [(r["step"], r["eval_loss"], r["eval_uar"]) for r in rows if "eval_loss" in r]
    assert len(learned) == len(checked) == EPOCHS
    return learned + checked


def start(settings: TrainSettings) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-m", "training.cli", "fit", "--run", str(settings.out)]
    words += f"--speech {settings.speech} --sounds {settings.sounds} --augment {AUGMENT}".split()
    words += f"--epochs {EPOCHS} --batch {settings.batch} --workers {settings.workers}".split()
    words += f"--mixup {settings.mixup} --width 48 --layers 1".split()
    return subprocess.Popen(
        words,
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # its workers are to die with it
    )


def kill_after_first_checkpoint(settings: TrainSettings) -> Path:
    process = start(settings)
    deadline = time.monotonic() + 600
    while not (states := list(settings.out.glob("checkpoint-*/trainer_state.json"))):
        assert process.poll() is None, "it ended before it saved anything"
        assert time.monotonic() < deadline
        time.sleep(0.005)
    while not states[0].read_text().endswith("}\n"):
        time.sleep(0.001)
    os.killpg(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    return states[0].parent


def test_a_killed_run_goes_on_to_the_same_losses(tiny: TrainSettings, tmp_path: Path) -> None:
    killed = replace(
        tiny, out=tmp_path / "killed", epochs=EPOCHS, workers=1, mixup=0.5,
        augment=read_augment(AUGMENT),
    )  # fmt: skip
    straight = replace(killed, out=tmp_path / "straight")
    train(straight)

    saved = kill_after_first_checkpoint(killed)
    assert not (killed.out / "best").exists()
    written = (saved / "model.safetensors").stat().st_mtime_ns
    # What a kill while a checkpoint is being written leaves behind.
    torn = killed.out / "checkpoint-9999"
    torn.mkdir()
    (torn / "model.safetensors").write_bytes(b"half")
    (torn / "trainer_state.json").write_text('{"epoch": ')
    assert start(killed).wait() == 0

    assert (saved / "model.safetensors").stat().st_mtime_ns == written  # it did not start anew
    np.testing.assert_allclose(history(killed.out), history(straight.out), rtol=1e-6)
    again, once = (load_file(s.out / "best" / "model.safetensors") for s in (killed, straight))
    for key in once:
        np.testing.assert_array_equal(again[key], once[key])


def test_only_whole_checkpoints_are_gone_on_from(tmp_path: Path) -> None:
    assert last_whole(tmp_path / "none") is None
    for step, state in ((90, "{}"), (100, "{}"), (120, '{"epoch"'), (130, None)):
        folder = tmp_path / f"checkpoint-{step}"
        folder.mkdir()
        if state is not None:
            (folder / "trainer_state.json").write_text(state)
    assert last_whole(tmp_path) == str(tmp_path / "checkpoint-100")
