"""What one retraining depends on. Imports no torch, so that ``--help`` is quick."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from training.settings import TrainSettings

MARGIN: Final = 0.02
"""Two points of UAR: about what a run with another seed moves. With no margin at all, a model
that is as good would hardly ever pass: its interval reaches below zero by chance alone."""
EPOCHS: Final = 3.0
RATE: Final = 3e-5
"""A tenth of what training starts with: enough to move, too little to forget much."""
WEIGHT: Final = 2


@dataclass(frozen=True)
class RetrainSettings:
    """What one retraining depends on."""

    train: TrainSettings
    """What it learns from besides, and how; ``base`` is the model that serves, and ``out`` the
    folder below which each retraining has one of its own."""
    feedback: Path
    """Folder of corrections."""
    store: Path
    """Model store: whose current version is the start, and the one to beat."""
    candidate: Path
    """Where the new model directory goes, promoted or not."""
    weight: int = WEIGHT
    """How often an epoch meets each correction."""
    margin: float = MARGIN
    """By how much the UAR may be lower; see `training.gate`."""
