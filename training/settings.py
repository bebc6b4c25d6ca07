"""What one training run depends on. Imports no torch, so that ``--help`` is quick."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from training.augment_settings import AugmentSettings

Balance = Literal["corpus", "emotion", "none"]
BALANCES: tuple[Balance, ...] = get_args(Balance)
Freeze = Literal["auto", "none", "front"]
FREEZES: tuple[Freeze, ...] = get_args(Freeze)


@dataclass(frozen=True)
class TrainSettings:
    """What one training run depends on."""

    speech: Path
    """CSV manifest of recordings, see `training.manifest.read_speech`."""
    out: Path
    """Folder for checkpoints, logs and the trained model; a run found there is continued."""
    sounds: Path | None = None
    """CSV of noises and room responses; without it there is no noise augmentation."""
    base: str = "compact"
    """``compact``, ``teacher``, smart-turn's graph (``*.onnx``, see `training.turn_teacher`), or a
    checkpoint (folder or Hub name) to fine-tune."""
    teachers: tuple[Path, ...] = ()
    """Folders of trained teachers to learn from, see `training.distil`."""
    epochs: float = 45
    batch: int = 32
    rate: float = 3e-4
    seed: int = 1
    mixup: float = 0.1
    """Share of batches in which each segment has another one mixed in."""
    smoothing: float = 0.05
    """Of labels: what the right one gives to all alike (Szegedy et al., 2016)."""
    balance: Balance = "corpus"
    """What is to count more where it is scarce: an emotion of a ``corpus``, an ``emotion``."""
    augment: AugmentSettings = field(default_factory=AugmentSettings)
    """How segments are changed while learning."""
    freeze: Freeze = "auto"
    """``front`` leaves the convolutions as they are; ``auto`` does so for a pretrained base, and of
    the compact model's leaves those that are known beforehand; ``none`` leaves nothing."""
    freeze_layers: int = 0
    """So many of the lowest transformer layers stay as they are, and all that is below them."""
    layer_decay: float = 1.0
    """Each transformer layer learns at so much of the rate of the layer above it; for a pretrained
    base (Howard and Ruder, 2018). 1 gives all the same rate."""
    patience: int = 0
    """Stop after so many epochs without a better validation UAR; 0 never stops early."""
    tess_share: float = 0.5
    """How much of TESS to take: two speakers are a third of the recordings."""
    workers: int = 1
    keep: int = 3
    """Checkpoints that stay on disk: the best, and the last ones, which may be averaged."""
    width: int = 192
    """Of the compact model's layers, a multiple of 48."""
    layers: int = 4
    """Transformer layers of the compact model."""
