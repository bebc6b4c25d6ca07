"""A corpus of buzzes that the voice activity detector takes for speech, and a run trained on it."""

import csv
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from training.manifest import EMOTIONS
from training.settings import TrainSettings

RATE = 16000
SPEAKERS = {
    "train": ("ann", "ben", "cem"),
    "validation": ("dan", "eva"),
    "test": ("fay", "gus"),
}

HERE = Path(__file__).parent
THIRD_PARTY = (
    # librosa, with which audiomentations reads files, imports old readers of the standard library.
    "ignore:'(aifc|audioop|sunau)' is deprecated:DeprecationWarning",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            for warning in THIRD_PARTY:
                item.add_marker(pytest.mark.filterwarnings(warning))


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    """Models this small are slower on several threads, the more so on a busy machine."""
    import torch

    torch.set_num_threads(1)


def buzz(emotion: str, speaker: str, take: int, seconds: float = 1.3) -> npt.NDArray[np.float64]:
    """Harmonics under a syllable-rate envelope; pitch, rate and tilt tell the emotion."""
    number = EMOTIONS.index(emotion)
    rng = np.random.default_rng([number, ord(speaker[0]), take])
    time = np.arange(int(seconds * RATE)) / RATE
    pitch = 100 + 30 * number + rng.uniform(-8, 8)
    tilt = 0.5 + 0.25 * (number % 3)
    wave = sum(
        np.sin(2 * np.pi * pitch * k * time + rng.uniform(0, 6)) / k**tilt for k in range(1, 25)
    )
    envelope = 0.55 + 0.45 * np.sin(2 * np.pi * (2.5 + 0.7 * number) * time)
    voiced = wave * envelope * rng.uniform(0.05, 0.08)
    quiet = rng.standard_normal(int(0.6 * RATE)) * 1e-4
    return np.concatenate([quiet, voiced, quiet])


def write(path: Path, wave: npt.NDArray[np.float64]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.clip(wave, -1, 1), RATE, subtype="PCM_16")


def write_csv(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@dataclass(frozen=True)
class Corpus:
    """Where the manifests lie."""

    speech: Path
    sounds: Path
    rows: list[dict[str, str]]


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    folder = tmp_path_factory.mktemp("corpus")
    rows = []
    for split, speakers in SPEAKERS.items():
        for speaker in speakers:
            for emotion in EMOTIONS:
                for take in range(2):
                    path = f"{speaker}/{emotion}-{take}.wav"
                    write(folder / path, buzz(emotion, speaker, take, 1.2 + 0.2 * take))
                    rows.append(
                        {
                            "path": path,
                            "corpus": "ravdess" if take else "emodb",
                            "language": "en-US" if take else "de",
                            "speaker": speaker,
                            "sex": "F" if speaker in ("ann", "eva", "fay") else "M",
                            "emotion": emotion,
                            "split": split,
                        }
                    )
    rng = np.random.default_rng(5)
    sounds = []
    for i in range(5):
        write(folder / f"noise/hiss{i}.wav", rng.standard_normal(3 * RATE) * 0.05)
        sounds.append({"path": f"noise/hiss{i}.wav", "kind": "noise", "set": "hiss"})
    room = np.zeros(RATE // 4)
    room[0], room[900], room[3000] = 1, 0.4, 0.2
    write(folder / "rir/room.wav", room)
    sounds.append({"path": "rir/room.wav", "kind": "rir", "set": "room"})
    return Corpus(
        write_csv(folder / "speech.csv", rows), write_csv(folder / "sounds.csv", sounds), rows
    )


@pytest.fixture(scope="session")
def tiny(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> TrainSettings:
    """Settings of a run of seconds."""
    return TrainSettings(
        speech=corpus.speech,
        sounds=corpus.sounds,
        out=tmp_path_factory.mktemp("runs") / "tiny",
        epochs=2,
        batch=8,
        workers=0,
        width=48,
        layers=1,
    )


@pytest.fixture(scope="session")
def finished(tiny: TrainSettings) -> TrainSettings:
    """A run that went through; do not write into it."""
    from training.train import train

    train(tiny)
    return tiny


@pytest.fixture
def own_run(finished: TrainSettings, tmp_path: Path) -> TrainSettings:
    """A copy of the finished run to write into; the cache beside it is a copy too."""
    shutil.copytree(finished.out.parent, tmp_path / "runs")
    return replace(finished, out=tmp_path / "runs" / finished.out.name)


@pytest.fixture(scope="session")
def model(finished: TrainSettings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole model directory; do not write into it."""
    from training.pack import pack

    folder = tmp_path_factory.mktemp("models") / "tiny"
    pack(finished, folder)
    return folder


@pytest.fixture(scope="session")
def taught(tiny: TrainSettings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model directory that is right about the buzzes, with canaries; do not write into it."""
    from tests.training.loop import teach

    return teach(tiny, tmp_path_factory.mktemp("models") / "taught")


@pytest.fixture
def manifest(tmp_path: Path) -> Callable[[list[dict[str, str]]], Path]:
    """Writes rows as a manifest."""
    return lambda rows: write_csv(tmp_path / "speech.csv", rows)
