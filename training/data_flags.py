"""The flags that say which recordings a command works on."""

from __future__ import annotations

import argparse
from pathlib import Path

from training.settings import TrainSettings

RUN = Path("runs/default")


def add_data_flags(command: argparse.ArgumentParser) -> None:
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
        dest="out",
        type=Path,
        default=RUN,
        help="a run's folder; what is decoded and computed once is cached beside it",
    )


def data_settings(arguments: argparse.Namespace) -> TrainSettings:
    """The settings that these flags say."""
    return TrainSettings(
        speech=arguments.speech,
        sounds=arguments.sounds,
        tess_share=arguments.tess_share,
        out=arguments.out,
    )
