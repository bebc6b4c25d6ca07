"""Which files of a model directory hold its weights, and their fingerprint."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from classifier.errors import PickleRefusedError, WeightsError

GRAPH: Final = "model.onnx"
"""The weights and the computation, for ONNX Runtime and OpenVINO."""

INT8_GRAPH: Final = "model.int8.onnx"
"""The same with its weights in 8 bits, where a model ships both."""

INT8_VERSION: Final = "+int8"
"""Ends the version of a model whose `GRAPH` itself is in 8 bits (``vivavoz-train int8``)."""

SAFETENSORS: Final = ("model.safetensors", "model-*-of-*.safetensors")
PICKLES: Final = ("pytorch_model.bin", "pytorch_model-*-of-*.bin")


def has_graph(folder: Path) -> bool:
    """Whether there is something for ONNX Runtime and OpenVINO."""
    return (folder / GRAPH).is_file()


def has_int8_graph(folder: Path) -> bool:
    """Whether there is a graph in 8 bits beside the other."""
    return (folder / INT8_GRAPH).is_file()


def graph_bytes(folder: Path) -> int:
    """Size of the graph with its weights, wherever it keeps them."""
    return sum(path.stat().st_size for path in _matching(folder, (GRAPH, GRAPH + ".data")))


def has_safetensors(folder: Path) -> bool:
    """Whether there is something for torch that cannot hold code."""
    return bool(_matching(folder, SAFETENSORS))


def check_torch_weights(folder: Path, *, allow_pickle: bool) -> None:
    """Make sure that torch has weights to read, and may.

    Raises:
        PickleRefusedError: pickled weights only, and no leave to read them.
        WeightsError: no weights at all.
    """
    if has_safetensors(folder):
        return
    pickles = _matching(folder, PICKLES)
    if not pickles:
        raise _no_weights(folder)
    if not allow_pickle:
        raise PickleRefusedError(
            f"{folder} has only pickled weights ({pickles[0].name}), a format that can carry code; "
            "if you trust whoever made them, pass --allow-pickle (allow_pickle=True)"
        )


def fingerprint(folder: Path) -> str:
    """Eight hex digits of the SHA-256 of the weights; the same whichever runtime reads them."""
    for patterns in (SAFETENSORS, PICKLES, (GRAPH, GRAPH + ".data")):
        if found := _matching(folder, patterns):
            digest = hashlib.sha256()
            for path in found:
                with path.open("rb") as file:
                    digest.update(hashlib.file_digest(file, "sha256").digest())
            return digest.hexdigest()[:8]
    raise _no_weights(folder)


def _matching(folder: Path, patterns: tuple[str, ...]) -> list[Path]:
    return [path for pattern in patterns for path in sorted(folder.glob(pattern)) if path.is_file()]


def _no_weights(folder: Path) -> WeightsError:
    return WeightsError(
        f"{folder} has no {SAFETENSORS[0]} and no {GRAPH}; copy the whole model directory, or, "
        "for one from the Hub, pass --online (online=True), and --allow-pickle (allow_pickle=True) "
        "where it has pickled weights only"
    )
