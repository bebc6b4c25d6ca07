from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from bench.errors import BenchError
from bench.model import add_model_flag, describe, open_model
from classifier import DEFAULT_MODEL


def test_the_bundled_model_is_the_default() -> None:
    parser = argparse.ArgumentParser()
    add_model_flag(parser)
    assert parser.parse_args([]).model == DEFAULT_MODEL


def test_a_model_is_opened_and_described(tiny_model: Path) -> None:
    classifier = open_model(str(tiny_model))
    assert describe(classifier) == f"tiny {classifier.version} (onnxruntime)"


def test_what_is_no_model_is_said(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match=r"config\.json"):
        open_model(str(tmp_path))
