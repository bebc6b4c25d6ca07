"""``vivavoz-train int8``: the graph of a model directory in 8 bits, where accuracy holds."""

from __future__ import annotations

import argparse
from pathlib import Path

from training.settings import TrainSettings

TEXT = """\
Compare the graph of a model directory with torch on the validation segments, try it in 8 bits,
keep that where accuracy holds, and calibrate it anew. Evaluate and describe it afterwards. Models
of a few million weights get smaller and hardly faster; wav2vec2-base gets twice as fast.
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the command."""
    command = commands.add_parser(
        "int8", help="the graph in 8 bits, where accuracy holds", description=TEXT
    )
    command.add_argument("folder", type=Path, help="the model directory")
    command.add_argument("--speech", type=Path, required=True, help="CSV of labelled recordings")
    command.add_argument("--sounds", type=Path, help="CSV of noises and room responses")
    command.add_argument(
        "--run", type=Path, default=Path("runs/default"), help="segments are cached beside it"
    )
    command.set_defaults(work=_work)


def _work(arguments: argparse.Namespace) -> None:
    settings = TrainSettings(speech=arguments.speech, sounds=arguments.sounds, out=arguments.run)
    check_graph(settings, arguments.folder, int8=True)


def check_graph(settings: TrainSettings, folder: Path, *, int8: bool) -> None:
    """Compare a calibrated model's graph with torch on validation, and try 8 bits; print both.

    Args:
        settings: name the manifests.
        folder: the model directory; what was found is stored in its ``vivavoz.json``.
        int8: whether to try 8 bits.
    """
    from classifier.canary import CANARIES
    from training.canary import write_canaries
    from training.export import store_parity
    from training.int8 import quantise
    from training.pack import calibrate_model
    from training.splits import load_segments

    check = load_segments(settings, "validation")
    print("torch and ONNX,", store_parity(folder, check))  # noqa: T201 - a command prints
    if int8:
        done = quantise(folder, check)
        print("32 and 8 bits,", done)  # noqa: T201
        if done.kept:
            print(calibrate_model(folder, check))  # noqa: T201
            if (folder / CANARIES).exists():
                write_canaries(folder)
