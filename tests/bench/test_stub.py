from __future__ import annotations

from pathlib import Path

import numpy as np

from bench.stub import OUTPUTS, write_stub
from classifier import open_classifier


def test_a_model_that_answers_the_same_to_everything(tmp_path: Path) -> None:
    stub = open_classifier(write_stub(tmp_path / "stub"), runtime="onnxruntime")
    assert (stub.name, stub.version, stub.outputs) == ("stub", "1", OUTPUTS)
    stub.warm_up()
    for seconds in (1, 8):
        noise = np.random.default_rng(0).integers(-9000, 9000, 16000 * seconds, np.int16)
        verdict = stub.classify(noise, voiced_ms=1000, snr_db=30, clipped=0)
        assert verdict.label == "neutral"
