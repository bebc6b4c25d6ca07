"""Which weights of a run to take: the best on validation, the mean of several among them."""

from __future__ import annotations

import hashlib
import logging
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import load_file, save_file
from transformers import EvalPrediction, Wav2Vec2ForSequenceClassification

from training.dataset import SegmentDataset
from training.manifest import LABELS
from training.run import WEIGHTS, checkpoints
from training.segments import Segments
from training.train import score

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Choice:
    """The weights taken, and what each candidate reached on validation.

    Attributes:
        folder: the checkpoint.
        uar: of each candidate, by its folder's name.
    """

    folder: Path
    uar: dict[str, float]


def choose(run: Path, check: Segments) -> Choice:
    """Compare a run's checkpoints, and their average, on validation; take the best.

    The average is written to ``average`` in the run and taken only where it is strictly better.

    Args:
        run: a run directory.
        check: the validation segments; nothing else may be given here.

    Raises:
        RunError: the run holds no complete checkpoint.
    """
    candidates = _different(checkpoints(run))
    if len(candidates) > 1:
        candidates.append(average(candidates, run / "average"))
    uar = {}
    for folder in candidates:
        uar[folder.name] = validate(folder, check)["uar"]
        log.info("%s: UAR %.4f on validation", folder.name, uar[folder.name])
    best = max(candidates, key=lambda folder: uar[folder.name])  # the first of equals
    return Choice(best, uar)


def average(folders: Sequence[Path], out: Path) -> Path:
    """The mean of several checkpoints' weights as a checkpoint of its own.

    Weights along one run's path lie in one valley; their mean is often lower in it than each
    (Izmailov et al., 2018).
    """
    states = [load_file(folder / WEIGHTS) for folder in folders]
    mean = {
        key: (sum(state[key].double() for state in states) / len(states)).to(first.dtype)
        if first.is_floating_point()
        else first
        for key, first in states[0].items()
    }
    out.mkdir(parents=True, exist_ok=True)
    save_file(mean, out / WEIGHTS, metadata={"format": "pt"})
    for name in ("config.json", "preprocessor_config.json"):
        shutil.copyfile(folders[0] / name, out / name)
    return out


def validate(folder: Path, check: Segments) -> dict[str, float]:
    """What `training.train.score` says of a checkpoint."""
    model = Wav2Vec2ForSequenceClassification.from_pretrained(folder).eval()
    truth = np.eye(len(LABELS), dtype=np.float32)[[cut.label for cut in check.cuts]]
    return score(EvalPrediction(predictions=logits(model, check), label_ids=truth))


@torch.inference_mode()
def logits(model: Wav2Vec2ForSequenceClassification, segments: Segments) -> npt.NDArray[np.float32]:
    """Logits of each segment, shape ``(n, outputs)``; one at a time: padding would shift them."""
    dataset = SegmentDataset(segments)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model.to(device)
    rows = []
    for i in range(len(dataset)):
        wave = torch.from_numpy(dataset[i]["input_values"])[None].to(device)
        rows.append(model(wave).logits[0].float().cpu().numpy())
    return np.stack(rows)


def _different(folders: Sequence[Path]) -> list[Path]:
    """Each set of weights once; ``best`` is a copy of one of the others, which then goes."""
    by_hash: dict[str, Path] = {}
    for folder in folders:
        by_hash[hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()] = folder
    return list(by_hash.values())
