from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import pytest

from bench.engine import Engine, add_engine_flags, engines, open_each
from bench.errors import BenchError
from classifier.runtime import PRECISIONS


def test_every_runtime_in_each_of_its_precisions() -> None:
    pairs = {(runtime, precision) for runtime, able in PRECISIONS.items() for precision in able}
    found = engines([1, 2])
    assert {engine[:2] for engine in found} == pairs
    assert len(found) == 2 * len(pairs)
    assert {engine.precision for engine in engines([1], ["fp32"])} == {"fp32"}
    assert found[0][:2] == ("onnxruntime", "fp32")


def test_those_without_weights_are_told_and_left_out(tiny_model: Path, tmp_path: Path) -> None:
    folder = tmp_path / "graphless"
    shutil.copytree(tiny_model, folder)
    (folder / "model.onnx").unlink()
    wanted = [Engine("onnxruntime", "fp32", 1), Engine("torch", "fp32", 1)]
    missing: list[str] = []
    opened = [(engine, one.runtime) for engine, one in open_each(str(folder), wanted, missing)]
    assert opened == [(wanted[1], "torch")]
    assert len(missing) == 1
    assert missing[0].startswith("Not measured: onnxruntime fp32 (")
    with pytest.raises(BenchError, match="onnxruntime"):
        list(open_each(str(folder), wanted[:1], []))


def test_a_model_that_is_none_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match=r"config\.json"):
        list(open_each(str(tmp_path), engines([1]), []))


def test_flags() -> None:
    parser = argparse.ArgumentParser()
    add_engine_flags(parser, 7)
    assert vars(parser.parse_args([])) == {"threads": [1], "runs": 7}
    assert parser.parse_args(["--threads", "2,1"]).threads == [1, 2]
    with pytest.raises(SystemExit):
        parser.parse_args(["--threads", "0"])
