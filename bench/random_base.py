"""A model of the size of wav2vec2-base with random weights: for speed alone, nothing is fetched."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bench.errors import BenchError, MissingPackageError
from bench.server_process import TOP

NAME: Final = "random-base"
FOLDER: Final = Path("runs") / NAME
SEED: Final = 1
LABELS: Final = ("angry", "disgust", "fearful", "happy", "neutral", "sad")
LINEAR_GAIN: Final = 4.0
"""Fresh linear layers are so small that every segment gets nearly the same answer."""

EXPORT: Final = """
import logging, sys
from pathlib import Path
from classifier.weights import GRAPH, INT8_GRAPH
from training.export import export
from training.int8 import write_int8
logging.disable(logging.WARNING)
folder = Path(sys.argv[2])
export(Path(sys.argv[1]), folder)
write_int8(folder / GRAPH, folder / INT8_GRAPH)
"""
"""The model directory is training's to write, in a process of its own: nothing here imports it."""


def random_base(folder: Path = FOLDER) -> Path:
    """The model directory, made now if it is not there: a minute, and 0.9 GB.

    The architecture is the one that ``Wav2Vec2Config()`` describes, which is wav2vec2-base's.

    Args:
        folder: where it is or will be, ``runs/random-base`` by default.

    Raises:
        MissingPackageError: torch or transformers is not installed.
        BenchError: it cannot be exported.
    """
    if (folder / "model.onnx").is_file():
        return folder
    try:
        from transformers import Wav2Vec2Config
    except ImportError as error:
        raise MissingPackageError("transformers", "train") from error
    config = Wav2Vec2Config(
        id2label=dict(enumerate(LABELS)), label2id={name: i for i, name in enumerate(LABELS)}
    )
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder.parent) as place:
        checkpoint, made = Path(place) / "checkpoint", Path(place) / NAME
        save_random(config, checkpoint)
        _export(checkpoint, made)
        shutil.rmtree(folder, ignore_errors=True)
        made.rename(folder)
    return folder


def save_random(config: object, checkpoint: Path) -> None:
    """Save a checkpoint with random weights, the same ones each time.

    Args:
        config: a ``Wav2Vec2Config``.
        checkpoint: the folder.
    """
    import torch
    from transformers import Wav2Vec2FeatureExtractor, Wav2Vec2ForSequenceClassification

    torch.manual_seed(SEED)
    network = Wav2Vec2ForSequenceClassification(config)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if name.endswith("weight") and parameter.dim() == 2:
                parameter.mul_(LINEAR_GAIN)
    network.save_pretrained(checkpoint)
    Wav2Vec2FeatureExtractor(return_attention_mask=False).save_pretrained(checkpoint)


def _export(checkpoint: Path, folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", EXPORT, str(checkpoint.resolve()), str(folder.resolve())],
        cwd=TOP,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise BenchError(f"{NAME} could not be exported: {last}")
