import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest

from classifier import open_classifier
from training.cli import main
from training.export import ExportError, export, write_calibration
from training.int8 import LEAST_SAME, MOST_LOST, holds, quantise, write_int8
from training.parity import Parity
from training.settings import TrainSettings
from training.splits import load_segments


def parity(lost: float = 0.0, same: float = 1.0, lost_uar: float = 0.0) -> Parity:
    return Parity(
        segments=100,
        accuracy=(0.6, 0.6 - lost),
        uar=(0.5, 0.5 - lost_uar),
        same_verdict=same,
        score_difference=0.01,
    )


@pytest.mark.parametrize(
    ("found", "kept"),
    [
        (parity(), True),
        (parity(lost=-0.02, lost_uar=-0.02), True),
        (parity(lost=MOST_LOST * 0.99), True),
        (parity(lost=MOST_LOST * 1.01), False),
        (parity(lost_uar=MOST_LOST * 1.01), False),
        (parity(same=LEAST_SAME), True),
        (parity(same=LEAST_SAME - 0.001), False),
    ],
)
def test_the_rule(found: Parity, kept: bool) -> None:
    assert holds(found) == kept


@pytest.fixture
def own_model(model: Path, tmp_path: Path) -> Path:
    shutil.copytree(model, tmp_path / "mine")
    return tmp_path / "mine"


def description(folder: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((folder / "vivavoz.json").read_text())
    return found


def test_matrices_are_in_8_bits_and_convolutions_are_not(model: Path, tmp_path: Path) -> None:
    write_int8(model / "model.onnx", tmp_path / "small.onnx")
    graph = onnx.load(tmp_path / "small.onnx").graph
    kinds = {node.op_type for node in graph.node}
    assert "MatMulInteger" in kinds
    assert "Conv" in kinds
    assert "ConvInteger" not in kinds
    assert not [t for t in graph.initializer if t.data_type == onnx.TensorProto.FLOAT
                and len(t.dims) == 2 and np.prod(t.dims) > 1000]  # fmt: skip


def test_what_holds_is_kept_under_a_version_of_its_own(
    own_model: Path, finished: TrainSettings
) -> None:
    before = description(own_model)
    size = (own_model / "model.onnx").stat().st_size
    check = load_segments(finished, "validation")
    done = quantise(own_model, check, write=shutil.copyfile)  # a graph that changes nothing
    assert done.kept
    assert done.parity.same_verdict == 1
    after = description(own_model)
    assert after["version"] == f"{before['version']}+int8"
    assert after["calibration"] == before["calibration"]
    assert after["int8"] == done.model_dump(mode="json")
    assert (own_model / "model.onnx").stat().st_size == size
    assert open_classifier(own_model).version == after["version"]
    with pytest.raises(ExportError, match="in 8 bits already"):
        quantise(own_model, check)
    # What is measured stays when it is calibrated anew, and goes when it is exported anew.
    write_calibration(own_model, open_classifier(own_model).calibration)
    assert description(own_model) == after
    export(finished.out / "best", own_model)
    assert "int8" not in description(own_model)
    assert description(own_model)["version"] == before["version"]


def test_what_does_not_hold_is_left_and_told(own_model: Path, finished: TrainSettings) -> None:
    """Weights of one bit and a half."""

    def coarse(graph: Path, out: Path) -> None:
        proto = onnx.load(graph)
        for tensor in proto.graph.initializer:
            if tensor.data_type == onnx.TensorProto.FLOAT and len(tensor.dims) >= 2:
                values = onnx.numpy_helper.to_array(tensor)
                signs = np.sign(values) * np.float32(10 * np.abs(values).max())
                tensor.CopyFrom(onnx.numpy_helper.from_array(signs, tensor.name))
        onnx.save_model(proto, out)

    graph = (own_model / "model.onnx").read_bytes()
    before = description(own_model)
    done = quantise(own_model, load_segments(finished, "validation"), write=coarse)
    assert not done.kept
    assert (own_model / "model.onnx").read_bytes() == graph
    after = description(own_model)
    assert after.pop("int8") == done.model_dump(mode="json")
    assert after == before
    assert "8 bits not kept: kept where" in str(done)


def test_the_command_prints_and_stores_both_comparisons(
    own_model: Path, finished: TrainSettings, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["int8", str(own_model), "--speech", str(finished.speech)]
    words += ["--sounds", str(finished.sounds), "--run", str(finished.out)]
    assert main(words) == 0
    printed = capsys.readouterr().out
    assert "torch and ONNX, 24 segments" in printed
    assert "32 and 8 bits, 24 segments" in printed
    assert {"parity", "int8"} <= description(own_model).keys()
    assert open_classifier(own_model).logits(np.zeros(16000, np.int16)).shape == (7,)
