"""Flags that commands share: which recordings they work on, and how they train."""

from __future__ import annotations

import argparse
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

from training.augment_settings import AugmentError, AugmentSettings, read_augment
from training.settings import TrainSettings

RUN: Final = Path("runs/default")

RECIPE: Final = {
    "base": "compact, or a checkpoint (folder or Hub name) that never heard these recordings",
    "epochs": "passes over the recordings",
    "batch": "recordings a step",
    "rate": "highest learning rate",
    "mixup": "share of batches that are mixed in twos",
    "seed": "of weights, order and augmentation",
    "workers": "processes that augment",
    "width": "of the compact model, a multiple of 48",
    "layers": "of the compact model",
}


def add_data_flags(command: argparse.ArgumentParser, run: Path = RUN) -> None:
    """``--speech``, ``--sounds``, ``--tess-share`` and ``--run``."""
    command.add_argument("--speech", type=Path, required=True, help="CSV of labelled recordings")
    command.add_argument("--sounds", type=Path, help="CSV of noises and room responses")
    command.add_argument(
        "--tess-share",
        type=float,
        default=TrainSettings.tess_share,
        help="how much of TESS to learn from: its two speakers are a third of the recordings",
    )
    command.add_argument(
        "--run",
        "--run-folder",  # torchrun takes --run for one of its own
        dest="out",
        type=Path,
        default=run,
        help="a run's folder; what is decoded and computed once is cached beside it",
    )


def add_splits_flag(command: argparse.ArgumentParser) -> None:
    """``--splits``."""
    command.add_argument(
        "--splits",
        nargs="+",
        choices=("validation", "test"),
        default=("validation", "test"),
        help="what to measure on; leave test out while you still make choices",
    )


def add_recipe_flags(command: argparse.ArgumentParser, *without: str) -> None:
    """How a network is trained: a flag for each of `RECIPE`."""
    for name, text in RECIPE.items():
        if name not in without:
            default = getattr(TrainSettings, name)
            command.add_argument(f"--{name}", type=type(default), default=default, help=text)


def add_augment_flag(command: argparse.ArgumentParser) -> None:
    """``--augment``."""
    command.add_argument(
        "--augment",
        type=_augment,
        default=AugmentSettings(),
        metavar="NAME=P,...",
        help="probabilities and LOW:HIGH ranges, e.g. noise=0.3,snr_db=0:30,babble=0.1,codec=0.1; "
        "'none' in front switches the others off",
    )


def _augment(text: str) -> AugmentSettings:
    """As argparse wants it: an error of another kind would be told without its message."""
    try:
        return read_augment(text)
    except AugmentError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def settings_of(arguments: argparse.Namespace) -> TrainSettings:
    """The settings that these flags say; those without a flag stay at their defaults."""
    names = {field.name for field in fields(TrainSettings)}
    given: dict[str, Any] = {k: v for k, v in vars(arguments).items() if k in names}
    lists = {k: tuple(v) for k, v in given.items() if isinstance(v, list)}
    return TrainSettings(**given | lists)
