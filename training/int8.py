"""The graph of a model directory in 8 bits, where that costs no accuracy."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import onnx
from pydantic import BaseModel

import classifier.onnx_import  # noqa: F401 - see `write_int8`
from classifier import open_classifier
from training.export import DESCRIPTION, GRAPH, INT8, ExportError, milliseconds, update_description
from training.parity import Parity, compare
from training.segments import Segments

MOST_LOST: Final = 0.005
"""Accuracy and UAR that 8 bits may cost."""
LEAST_SAME: Final = 0.97
"""Share of segments that must get the same verdict."""
RULE: Final = (
    f"kept where accuracy and UAR on validation fall by at most {MOST_LOST:g} and at least "
    f"{LEAST_SAME:.0%} of the verdicts stay the same"
)

log = logging.getLogger(__name__)


class Int8(BaseModel):
    """What 8 bits would do or have done to a model.

    Attributes:
        kept: whether the model directory now holds that graph.
        rule: when it is kept.
        parity: 32 bits against 8 on validation.
        megabytes: of the graph, before and after.
        milliseconds: of a 3 s segment on one thread, before and after, on this machine.
    """

    kept: bool
    rule: str = RULE
    parity: Parity
    megabytes: tuple[float, float]
    milliseconds: tuple[float, float]

    def __str__(self) -> str:
        return (
            f"{self.parity}\n{self.megabytes[0]:.1f} -> {self.megabytes[1]:.1f} MB, "
            f"{self.milliseconds[0]:.1f} -> {self.milliseconds[1]:.1f} ms for 3 s\n"
            f"8 bits {'kept' if self.kept else 'not kept'}: {self.rule}"
        )


def holds(parity: Parity) -> bool:
    """The rule."""
    pairs = (parity.accuracy, parity.uar)
    return (
        all(after >= before - MOST_LOST for before, after in pairs)
        and parity.same_verdict >= LEAST_SAME
    )


def quantise(
    folder: Path, check: Segments, write: Callable[[Path, Path], None] | None = None
) -> Int8:
    """Try a model directory's graph in 8 bits on validation, and keep it where the rule says so.

    What was measured is stored in ``vivavoz.json`` under ``int8`` either way. Calibrate and
    evaluate anew afterwards: scores move a little.

    Args:
        folder: a model directory that is calibrated.
        check: the validation segments.
        write: makes the graph in 8 bits of another, `write_int8` by default.

    Raises:
        ExportError: the graph is in 8 bits already.
    """
    version = str(json.loads((folder / DESCRIPTION).read_text()).get("version", ""))
    if version.endswith(INT8):
        raise ExportError(f"{folder} is in 8 bits already: `vivavoz-train export` gives 32 again")
    with TemporaryDirectory() as name:
        small = Path(name) / folder.name
        shutil.copytree(folder, small)
        (write or write_int8)(folder / GRAPH, small / GRAPH)
        wide, narrow = (open_classifier(f, runtime="onnxruntime") for f in (folder, small))
        parity = compare(wide, narrow, check)
        graphs = (folder / GRAPH, small / GRAPH)
        before, after = (graph.stat().st_size / 1e6 for graph in graphs)
        slow, fast = (milliseconds(graph) for graph in graphs)
        done = Int8(
            kept=holds(parity),
            parity=parity,
            megabytes=(round(before, 2), round(after, 2)),
            milliseconds=(round(slow, 1), round(fast, 1)),
        )
        changed: dict[str, Any] = {"int8": done.model_dump()}
        if done.kept:
            changed["version"] = version + INT8
            shutil.copyfile(small / GRAPH, folder / GRAPH)
        update_description(folder, changed)
    log.info("%s", done)
    return done


def write_int8(graph: Path, out: Path) -> None:
    """Dynamic quantisation (weights fixed, activations measured as they come) of all matrices.

    Convolutions stay: in 8 bits they are slower, and they hold few of the weights.
    """
    # Not before ONNX Runtime itself is there, loaded so that it reports to nobody.
    from onnxruntime.quantization import QuantType, quantize_dynamic

    proto = onnx.load(graph)
    del proto.graph.value_info[:]  # shapes that a plain export may carry confuse the quantiser
    logging.disable(logging.WARNING)  # it lists each tensor that stays as it is
    try:
        quantize_dynamic(
            proto,
            out,
            op_types_to_quantize=["MatMul", "Gemm"],
            per_channel=True,
            weight_type=QuantType.QInt8,
        )
    finally:
        logging.disable(logging.NOTSET)
