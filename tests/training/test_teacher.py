import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from training.manifest import LABELS
from training.settings import TrainSettings
from training.teacher import BANDS, LogMel, Pool, SpecAugment, Teacher, TeacherConfig
from training.train import train

RATE = 16000


def small() -> Teacher:
    torch.manual_seed(0)
    return Teacher(TeacherConfig((4, 4, 8, 8), 8, num_labels=len(LABELS))).eval()


def test_a_tone_lights_the_band_it_lies_in() -> None:
    time = torch.arange(RATE) / RATE
    lit = []
    for frequency in (200.0, 1000.0, 4000.0):
        # Half the clip is silent: a band that sounds in one half alone has contrast.
        wave = torch.sin(2 * torch.pi * frequency * time) * (time > 0.5)
        image = LogMel()(wave[None])[0, 0]
        assert image.shape[1] == BANDS
        lit.append(int((image[70:].mean(0) - image[:30].mean(0)).argmax()))
    assert lit == sorted(lit)
    assert lit[0] < 10
    assert lit[2] > 40


def test_loudness_and_colour_of_the_microphone_drop_out() -> None:
    torch.manual_seed(1)
    wave = torch.randn(1, RATE) * (1 + torch.sin(torch.arange(RATE) / 1500))
    spectrum = torch.fft.rfft(wave)
    tilt = torch.linspace(1, 0.2, spectrum.shape[1])  # a dull microphone
    dull = torch.fft.irfft(spectrum * tilt, RATE)
    image, other = LogMel()(wave), LogMel()(dull * 3)
    assert (image - other).abs().mean() < 0.05 * image.abs().mean()


def test_holes_are_made_while_training_alone() -> None:
    holes = SpecAugment()
    image = torch.ones(8, 1, 100, BANDS)
    assert torch.equal(holes.eval()(image), image)
    torch.manual_seed(2)
    holed = holes.train()(image)
    assert set(holed.unique().tolist()) == {0.0, 1.0}
    assert 0.02 < float((holed == 0).float().mean()) < 0.6
    assert len({float(one.sum()) for one in holed}) > 1  # each example its own


@pytest.mark.parametrize("size", [(2, 2), (1, 2), (2, 1)])
def test_pooling_is_pytorchs(size: tuple[int, int]) -> None:
    image = torch.randn(2, 3, 7, 9)
    assert torch.equal(Pool(*size)(image), torch.nn.MaxPool2d(size)(image))


def test_frames_come_at_25_hz() -> None:
    frames, logits = small().hear(torch.randn(2, 4 * RATE))
    assert frames.shape == (2, 100, 16)
    assert logits.shape == (2, len(LABELS))


def test_a_saved_teacher_says_the_same(tmp_path: Path) -> None:
    """Its filters are no weights: they are computed again."""
    teacher = small()
    teacher.save_pretrained(tmp_path)
    again = Teacher.from_pretrained(tmp_path).eval()
    wave = torch.randn(1, RATE)
    torch.testing.assert_close(again(wave).logits, teacher(wave).logits)


@pytest.fixture(scope="module")
def taught(tiny: TrainSettings) -> TrainSettings:
    settings = replace(
        tiny, out=tiny.out.parent / "teacher", base="teacher", epochs=15, rate=3e-3, mixup=0
    )
    train(settings)
    return settings


def test_a_teacher_learns_what_it_is_shown(taught: TrainSettings) -> None:
    teacher = Teacher.from_pretrained(taught.out / "best")
    assert sum(p.numel() for p in teacher.parameters()) < 1e6
    history = json.loads((taught.out / "trainer_state.json").read_text())["log_history"]
    scores = [row["eval_uar"] for row in history if "eval_uar" in row]
    assert max(scores) > 2 / 6  # twice chance
    assert np.isfinite([row["eval_loss"] for row in history if "eval_loss" in row]).all()
