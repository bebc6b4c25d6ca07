"""``vivavoz-train noise-threshold``: the least level over the noise for a label, if it helps."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from training.data_flags import add_data_flags, settings_of

CLIPS: Final = 240

DESCRIPTION: Final = """\
Measure on validation, clean and in noise, whether a least level over the noise (least_snr_db) keeps
more right answers than as many by confidence alone. Where it does, for speakers whom it was not
chosen on, it is stored in the model's vivavoz.json; else the default is. Some minutes; evaluate and
describe the model afterwards if it changed.
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the command."""
    command = commands.add_parser(
        "noise-threshold",
        help="the least level over the noise for a label, where that helps",
        description=DESCRIPTION,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    command.add_argument("folder", metavar="MODEL", type=Path, help="the model directory")
    add_data_flags(command)
    command.add_argument(
        "--clips", type=int, default=CLIPS, help="recordings of validation to take at most"
    )
    command.set_defaults(work=work)


def work(arguments: argparse.Namespace) -> None:
    """Run the command."""
    from classifier import open_classifier
    from training.export import write_calibration
    from training.noise_threshold import choose_threshold, judge_in_noise
    from training.recordings import whole
    from training.splits import load_segments

    settings = settings_of(arguments)
    classifier = open_classifier(arguments.folder)
    check = load_segments(settings, "validation")
    recordings = whole(check.clips, settings.out.parent / "cache")
    judged = judge_in_noise(classifier, check, recordings, arguments.clips)
    calibration = classifier.calibration
    choice = choose_threshold(judged, calibration.uncertain_below)
    changed = calibration.model_copy(update={"least_snr_db": choice.threshold_db})
    write_calibration(arguments.folder, changed)
    print(choice)  # noqa: T201 - a command prints
