"""``vivavoz-train thesis``: the thesis's recipe on the same split, to stand beside a model."""

from __future__ import annotations

import argparse
from pathlib import Path

from training.data_flags import add_data_flags, add_recipe_flags, settings_of

RUN = Path("runs/thesis")

DESCRIPTION = """\
Train by the recipe of the thesis that this project began with: whole raw recordings, no segmenter,
no augmentation, no calibration. Measure it on the same speaker-disjoint split and keep the figures
in the run's folder, where `vivavoz-train evaluate` finds them. With --base facebook/wav2vec2-base
it is the thesis's own network; compact is for where that cannot be had. A stopped command goes on
where it stopped.
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the command."""
    command = commands.add_parser(
        "thesis",
        help="the thesis's recipe on the same split, to compare with",
        description=DESCRIPTION,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add_data_flags(command, RUN)
    add_recipe_flags(command, "mixup")
    command.add_argument(
        "--random-split",
        action="store_true",
        help="train once more on recordings dealt out at random, as the thesis did, and say what "
        "that would report: as long again",
    )
    command.set_defaults(work=work)


def work(arguments: argparse.Namespace) -> None:
    """Run the command."""
    from training.thesis import thesis

    rivals = thesis(
        settings_of(arguments), ("validation", "test"), random_split=arguments.random_split
    )
    for split, rival in rivals.items():
        print(f"{split}: UAR {rival.pooled.uar:.3f}, accuracy {rival.pooled.accuracy:.3f}")  # noqa: T201
        if rival.shuffled:
            uar, accuracy = rival.shuffled.uar, rival.shuffled.accuracy
            print(f"{split}, had the split been random: UAR {uar:.3f}, accuracy {accuracy:.3f}")  # noqa: T201
