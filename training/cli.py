"""The command line of training: ``vivavoz-train``. Imports torch only when it has work for it."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from training import (
    evaluate_command,
    int8_command,
    leave_one_out_command,
    manifest_command,
    noise_threshold_command,
    retrain_command,
    thesis_command,
)
from training.data_flags import (
    add_augment_flag,
    add_data_flags,
    add_recipe_flags,
    add_splits_flag,
    settings_of,
)
from training.errors import TrainingError
from training.settings import BALANCES, FREEZES, TrainSettings

MODEL = Path("models/default")

DESCRIPTION = """\
Train a model for vivavoz and measure it honestly.

  vivavoz-train all --speech speech.csv --sounds sounds.csv --run runs/mine --out models/mine

trains, takes the weights that are best on validation, exports them, calibrates them, measures them
on validation and test, and writes the card. `fit` and `pack` are its two halves; `pack` works on
any finished or stopped run. speech.csv has the columns path, corpus, language, speaker, emotion,
split (train, validation or test); no speaker may stand in two splits. sounds.csv has path, kind
(noise or rir), set. Paths are relative to the file they stand in.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    arguments = parser().parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    for noisy in ("onnx_ir", "onnxscript", "accelerate", "httpx"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # It warns of operators of torchvision, which nobody here needs.
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    try:
        arguments.work(arguments)
    except (TrainingError, OSError) as error:
        print(f"vivavoz-train: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped; the same command goes on from the last whole epoch", file=sys.stderr)
        return 130
    return 0


def parser() -> argparse.ArgumentParser:
    """All sub-commands and their flags."""
    top = argparse.ArgumentParser(
        "vivavoz-train", description=DESCRIPTION, formatter_class=argparse.RawTextHelpFormatter
    )
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    for name, work, flags, text in (
        ("all", _all, (add_data_flags, _training, _out, add_splits_flag, _push), "fit, then pack"),
        ("fit", _fit, (add_data_flags, _training), "train, or go on with a run that was stopped"),
        (
            "pack",
            _pack,
            (add_data_flags, _training, _out, add_splits_flag, _push),
            "make a model directory of a run: export, calibrate, evaluate, card",
        ),
        (
            "export",
            _export,
            (add_data_flags, _out, _int8),
            "choose weights on validation, export, calibrate",
        ),
        ("card", _card, (add_data_flags, _training, _out), "write the card of an evaluated model"),
    ):
        command = commands.add_parser(
            name,
            help=text,
            description=text,
            formatter_class=argparse.ArgumentDefaultsHelpFormatter,
        )
        for add in flags:
            add(command)
        command.set_defaults(work=work)
    evaluate_command.add(commands)
    leave_one_out_command.add(commands)
    thesis_command.add(commands)
    manifest_command.add(commands)
    int8_command.add(commands)
    noise_threshold_command.add(commands)
    retrain_command.add(commands)
    return top


def _out(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--out", dest="folder", type=Path, default=MODEL, help="the model directory"
    )


def _training(command: argparse.ArgumentParser) -> None:
    s = TrainSettings
    command.add_argument(
        "--base",
        default=s.base,
        help="compact, teacher, smart-turn's .onnx, or a checkpoint (folder or Hub name)",
    )
    command.add_argument(
        "--teachers", type=Path, nargs="*", default=s.teachers, help="folders of trained teachers"
    )
    add_recipe_flags(command, "base")
    command.add_argument(
        "--smoothing", type=float, default=s.smoothing, help="of labels, 0 for none"
    )
    command.add_argument(
        "--balance",
        choices=BALANCES,
        default=s.balance,
        help="count scarce emotions more, of each corpus or of all together",
    )
    add_augment_flag(command)
    command.add_argument(
        "--freeze",
        choices=FREEZES,
        default=s.freeze,
        help="front: leave the convolutions as they are; auto: of a pretrained base",
    )
    command.add_argument(
        "--freeze-layers",
        type=int,
        default=s.freeze_layers,
        help="lowest transformer layers to leave as they are, with all below them",
    )
    command.add_argument(
        "--layer-decay",
        type=float,
        default=s.layer_decay,
        help="rate of each layer over that of the layer above, e.g. 0.9 for a pretrained base",
    )
    command.add_argument(
        "--patience",
        type=int,
        default=s.patience,
        help="epochs without a better validation UAR after which to stop; 0: never",
    )
    command.add_argument(
        "--keep", type=int, default=s.keep, help="checkpoints kept, to be averaged"
    )


def _int8(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--int8", action="store_true", help="try 8 bits too, and keep them where accuracy holds"
    )


def _push(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--push", metavar="ORG/NAME", help="upload to the Hugging Face Hub (private when new)"
    )


def _fit(arguments: argparse.Namespace) -> bool:
    """Train; of several processes, only the first is to go on from here."""
    from training.train import is_first_process, train

    best = train(settings_of(arguments))
    if is_first_process():
        print(best)
    return is_first_process()


def _pack(arguments: argparse.Namespace) -> None:
    from training.pack import pack
    from training.report import markdown

    settings = settings_of(arguments)
    report = pack(settings, arguments.folder, splits=tuple(arguments.splits))
    int8_command.check_graph(settings, arguments.folder, int8=False)
    print(markdown(report))
    if arguments.push:
        from training.push import push

        print(push(arguments.folder, arguments.push))


def _all(arguments: argparse.Namespace) -> None:
    if _fit(arguments):
        _pack(arguments)


def _export(arguments: argparse.Namespace) -> None:
    from training.pack import export_run

    settings = settings_of(arguments)
    print(export_run(settings, arguments.folder))
    int8_command.check_graph(settings, arguments.folder, int8=arguments.int8)


def _card(arguments: argparse.Namespace) -> None:
    from training.pack import describe

    describe(settings_of(arguments), arguments.folder)
    print(arguments.folder / "README.md")


if __name__ == "__main__":
    sys.exit(main())
