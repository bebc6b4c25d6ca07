"""``vivavoz-train retrain``, ``promote``, ``rollback`` and ``canaries``: the loop from corrections
to the model that serves.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from training.data_flags import add_data_flags
from training.errors import TrainingError
from training.retrain_settings import EPOCHS, MARGIN, RATE, WEIGHT, RetrainSettings
from training.settings import TrainSettings

if TYPE_CHECKING:
    from training.gate import Comparison

STORE: Final = Path("models/serving")
CANDIDATE: Final = Path("models/candidate")
RUNS: Final = Path("runs/retrain")

RETRAIN: Final = """\
Let the model that serves learn from corrections among the recordings of a manifest; compare both
on the manifest's test split; promote the new one only if it is not worse. The rule and the interval
are printed. Make the store of a first model: vivavoz model install models/default --model STORE
"""
PROMOTE: Final = """\
Compare a model directory with the model that serves, on a manifest's test split; promote it only
if it is not worse. The rule and the interval are printed.
"""


class NotPromotedError(TrainingError):
    """The gate held; what serves goes on serving."""


class LoopError(TrainingError):
    """A model or a store cannot be used; the message says why."""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the commands."""
    retrain = _command(commands, "retrain", "learn from corrections, and serve that", RETRAIN)
    retrain.add_argument("--feedback", type=Path, required=True, help="folder of corrections")
    add_data_flags(retrain)
    retrain.set_defaults(out=RUNS)
    retrain.add_argument("--base", type=Path, default=STORE, help="model store to improve")
    retrain.add_argument(
        "--out", dest="candidate", type=Path, default=CANDIDATE, help="the new model directory"
    )
    retrain.add_argument(
        "--weight", type=int, default=WEIGHT, help="times a pass meets a correction"
    )
    retrain.add_argument("--epochs", type=float, default=EPOCHS, help="passes over everything")
    retrain.add_argument("--rate", type=float, default=RATE, help="highest learning rate")
    retrain.add_argument("--batch", type=int, default=TrainSettings.batch, help="segments a step")
    retrain.add_argument("--seed", type=int, default=TrainSettings.seed, help="of order and change")
    retrain.add_argument(
        "--workers", type=int, default=TrainSettings.workers, help="processes that augment"
    )
    _margin(retrain)
    retrain.set_defaults(work=_told(_retrain))

    promote = _command(commands, "promote", "serve a model directory if it is not worse", PROMOTE)
    promote.add_argument("candidate", metavar="MODEL", type=Path, help="model directory")
    promote.add_argument("--store", type=Path, default=STORE, help="model store")
    add_data_flags(promote)
    _margin(promote)
    promote.set_defaults(work=_told(_promote))

    text = "serve the version again that served before"
    rollback = _command(commands, "rollback", text, text)
    rollback.add_argument("store", type=Path, nargs="?", default=STORE, help="model store")
    rollback.set_defaults(work=_told(_rollback))

    text = "record what a model directory answers to some sounds, for servers to check it by"
    canaries = _command(commands, "canaries", text, text)
    canaries.add_argument("model", metavar="MODEL", type=Path, help="model directory")
    canaries.set_defaults(work=_told(_canaries))


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, text: str, long: str
) -> argparse.ArgumentParser:
    return commands.add_parser(
        name,
        help=text,
        description=long,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )


def _told(work: Callable[[argparse.Namespace], None]) -> Callable[[argparse.Namespace], None]:
    """What goes wrong with a model as an error of training, which is told in one line."""

    def told(arguments: argparse.Namespace) -> None:
        from classifier import ClassifierError  # imports NumPy, which ``--help`` does without

        try:
            work(arguments)
        except ClassifierError as error:
            raise LoopError(" ".join(str(error).split())) from error

    return told


def _margin(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--margin",
        type=float,
        default=MARGIN,
        help="by how much the lower end of the difference in UAR may lie below zero",
    )


def _retrain(arguments: argparse.Namespace) -> None:
    from training.retrain import retrain

    names = ("epochs", "rate", "batch", "seed", "workers")
    given = {name: getattr(arguments, name) for name in names}
    settings = RetrainSettings(
        train=replace(_data(arguments), **given),
        feedback=arguments.feedback,
        store=arguments.base,
        candidate=arguments.candidate,
        weight=arguments.weight,
        margin=arguments.margin,
    )
    _say(retrain(settings))


def _promote(arguments: argparse.Namespace) -> None:
    from classifier import ModelStore
    from training.promote import promote
    from training.splits import load_segments

    test = load_segments(_data(arguments), "test")
    store = ModelStore(arguments.store)
    _say(promote(arguments.candidate, store, test, margin_allowed=arguments.margin))


def _data(arguments: argparse.Namespace) -> TrainSettings:
    return TrainSettings(
        speech=arguments.speech,
        sounds=arguments.sounds,
        tess_share=arguments.tess_share,
        out=arguments.out,
    )


def _say(compared: Comparison) -> None:
    print(compared)  # noqa: T201 - a command prints
    if not compared.passes:
        raise NotPromotedError(f"not promoted: {compared.serving} goes on serving")


def _rollback(arguments: argparse.Namespace) -> None:
    from classifier import ModelStore

    version = ModelStore(arguments.store).rollback().current
    print(f"{version} serves")  # noqa: T201


def _canaries(arguments: argparse.Namespace) -> None:
    from training.canary import write_canaries

    write_canaries(arguments.model)
