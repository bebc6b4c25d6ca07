"""A trained checkpoint as a model directory: what a server opens, nothing of training in it."""

from __future__ import annotations

import hashlib
import json
import logging
import time
import warnings
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
import torch
from transformers import Wav2Vec2FeatureExtractor, Wav2Vec2ForSequenceClassification

from classifier import Calibration, Description, open_classifier
from classifier.onnx_import import onnxruntime
from training.dataset import normalise
from training.errors import TrainingError
from training.parity import Parity, compare
from training.segments import RATE, Segments

log = logging.getLogger(__name__)

OPSET: Final = 20
"""The first with a GELU of its own: with 18 it stays a chain of five operators."""
DESCRIPTION: Final = "vivavoz.json"
GRAPH: Final = "model.onnx"
WEIGHTS: Final = "model.safetensors"
INT8: Final = "+int8"
"""Ends the version of a graph in 8 bits: its answers are not quite those of the same weights."""
PARITY: Final = 1e-4
"""Most that a logit of the graph may differ from torch's."""
PARITY_SECONDS: Final = (0.5, 0.737, 1.0, 2.3, 3.0, 8.0)


class ExportError(TrainingError):
    """The checkpoint cannot become a model directory; the message says why."""


@dataclass(frozen=True, slots=True)
class Export:
    """What was written.

    Attributes:
        folder: the model directory.
        version: date and a short hash of the weights.
        onnx_bytes: size of the graph with its weights.
        difference: the largest difference of a logit between torch and ONNX Runtime.
        milliseconds: one 3 s segment on one thread, the median.
    """

    folder: Path
    version: str
    onnx_bytes: int
    difference: float
    milliseconds: float


class _Logits(torch.nn.Module):
    """Samples in, logits out: the graph's one input and one output."""

    def __init__(self, model: Wav2Vec2ForSequenceClassification) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_values: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.model(input_values=input_values).logits
        return logits


def export(checkpoint: Path, folder: Path, *, name: str = "", day: date | None = None) -> Export:
    """Write a model directory, uncalibrated (see `training.calibrate`).

    The same checkpoint gives the same files, byte for byte; only the version carries the day, and
    weights that `folder` holds already keep the version they have there.

    Args:
        checkpoint: a folder of the Trainer, or any ``Wav2Vec2ForSequenceClassification``.
        folder: where to; what is exported replaces files of the same name.
        name: of the model; by default the folder's.
        day: for the version; today by default.

    Raises:
        ExportError: there is no such checkpoint, or the graph's logits are not torch's.
    """
    if not (checkpoint / "config.json").exists():
        raise ExportError(f"{checkpoint} holds no checkpoint (no config.json): name a folder in it")
    model = Wav2Vec2ForSequenceClassification.from_pretrained(checkpoint).float().eval()
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    (folder / WEIGHTS).chmod(0o644)  # safetensors makes it readable to its owner alone
    Wav2Vec2FeatureExtractor.from_pretrained(checkpoint).save_pretrained(folder)
    write_graph(model, folder / GRAPH)
    difference = parity(model, folder / GRAPH)
    if not difference <= PARITY:
        raise ExportError(f"logits of {folder / GRAPH} differ from torch's by {difference:.2g}")
    version = weights_version(folder, day or date.today())
    description = Description(name=name or folder.name, version=version, calibration=Calibration())
    (folder / DESCRIPTION).write_text(description.model_dump_json(indent=2) + "\n")
    done = Export(
        folder,
        version,
        (folder / GRAPH).stat().st_size,
        difference,
        milliseconds(folder / GRAPH),
    )
    log.info(
        "%s %s: %.1f MB, logits within %.1e of torch, %.1f ms for 3 s on one thread",
        folder, version, done.onnx_bytes / 1e6, difference, done.milliseconds,
    )  # fmt: skip
    return done


def weights_version(folder: Path, day: date) -> str:
    """Date and short hash of the weights; the old date where the weights are the old ones."""
    short = hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()[:8]
    old = folder / DESCRIPTION
    if old.exists():
        version = str(json.loads(old.read_text()).get("version", ""))
        version = version.removesuffix(INT8)  # what is written now has 32 bits
        if version.endswith(f"-{short}"):
            return version
    return f"{day:%Y.%m.%d}-{short}"


def write_graph(model: Wav2Vec2ForSequenceClassification, path: Path) -> None:
    """Export to one ONNX file: ``input_values`` (batch, samples), ``logits`` (batch, outputs)."""
    batch, samples = torch.export.Dim("batch"), torch.export.Dim("samples", min=RATE // 10)
    generator = torch.Generator().manual_seed(0)
    example = torch.randn(2, RATE, generator=generator)
    with warnings.catch_warnings():
        # torch.onnx uses functions of its own that are going away, and says so at each export.
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", FutureWarning)
        program = torch.onnx.export(
            _Logits(model).eval(),
            (example,),
            dynamo=True,
            opset_version=OPSET,
            input_names=["input_values"],
            output_names=["logits"],
            dynamic_shapes={"input_values": {0: batch, 1: samples}},
            verbose=False,
        )
    if program is None:
        raise ExportError("torch.onnx gave no graph")
    proto = program.model_proto
    plain(proto)
    onnx.checker.check_model(proto, full_check=True)
    onnx.save_model(proto, path, save_as_external_data=False)


def plain(proto: onnx.ModelProto) -> None:
    """Take off what only the exporter needs: source lines of this machine, and inferred shapes."""
    del proto.graph.value_info[:]  # in the way of quantisation later
    proto.graph.ClearField("doc_string")
    for holder in (proto, proto.graph, *proto.graph.input, *proto.graph.output):
        del holder.metadata_props[:]
    for node in proto.graph.node:
        del node.metadata_props[:]
        node.ClearField("doc_string")
    for function in proto.functions:
        del function.metadata_props[:]
        for node in function.node:
            del node.metadata_props[:]


def open_graph(path: Path, threads: int = 1) -> onnxruntime.InferenceSession:
    """The graph as it is served: all optimisations, on the CPU."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


@torch.no_grad()
def parity(model: Wav2Vec2ForSequenceClassification, path: Path) -> float:
    """The largest difference of a logit over waves of several lengths and batches, made of
    voice-like buzz, noise and silence.
    """
    session = open_graph(path)
    rng = np.random.default_rng(0)
    worst = 0.0
    for seconds in PARITY_SECONDS:
        time_s = np.arange(int(seconds * RATE)) / RATE
        buzz = np.sign(np.sin(2 * np.pi * 120 * time_s)) * np.abs(np.sin(2 * np.pi * 4 * time_s))
        waves = [buzz, rng.standard_normal(len(time_s)), np.zeros_like(time_s)]
        batch = np.stack([normalise(wave.astype(np.float32)) for wave in waves])
        for rows in (batch, batch[:1]):
            wanted = model(torch.from_numpy(rows)).logits.numpy()
            (got,) = session.run(None, {"input_values": rows})
            worst = max(worst, float(np.abs(wanted - got).max()))
    return worst


def milliseconds(path: Path, seconds: float = 3.0, repeats: int = 15) -> float:
    """Median time of one segment on one thread."""
    session = open_graph(path)
    wave = np.random.default_rng(0).standard_normal((1, int(seconds * RATE))).astype(np.float32)
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        session.run(None, {"input_values": wave})
        times.append(time.perf_counter() - start)
    return float(np.median(times[2:]) * 1000)


def write_calibration(folder: Path, calibration: Calibration) -> None:
    """Set the calibration in a model directory's ``vivavoz.json``."""
    update_description(folder, {"calibration": calibration.model_dump()})


def update_description(folder: Path, changed: dict[str, Any]) -> None:
    """Set fields of ``vivavoz.json`` and leave the others, those that only training knows too."""
    path = folder / DESCRIPTION
    new = json.loads(path.read_bytes()) | changed
    Description.model_validate(new)
    path.write_text(json.dumps(new, indent=2) + "\n")


def store_parity(folder: Path, check: Segments) -> Parity:
    """Compare a model directory's graph with torch on real segments, and store what came out.

    Args:
        folder: a model directory that is calibrated.
        check: the validation segments.
    """
    found = compare(
        open_classifier(folder, runtime="torch"),
        open_classifier(folder, runtime="onnxruntime"),
        check,
    )
    update_description(folder, {"parity": found.model_dump()})
    return found
