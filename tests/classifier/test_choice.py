from __future__ import annotations

from importlib.util import find_spec

import pytest

from classifier import RuntimeUnavailableError, choice, open_classifier
from classifier.canary import TOLERANCE, read_canaries, record_canaries
from classifier.choice import has_cuda_device, options
from classifier.model import read_model
from classifier.source import find_model
from tests.classifier.checkpoints import copy_with, speechlike
from training.int8 import write_int8

needs_bf16 = pytest.mark.skipif(
    find_spec("openvino") is None or choice._openvino_obstacle() is not None,
    reason="needs OpenVINO and a CPU with bf16",
)


@pytest.fixture
def model(group_norm, tmp_path):
    """A model directory with canaries, to write into."""
    folder = copy_with(group_norm, tmp_path / "model")
    sounds = [speechlike(seconds, i) for i, seconds in enumerate((0.4, 0.9))]
    # A high temperature flattens probabilities: bf16 then agrees, whatever these weights are.
    (folder / "vivavoz.json").write_text('{"calibration": {"temperature": 20}}')
    record_canaries(open_classifier(folder, precision="fp32"), sounds).save(folder)
    return folder


@pytest.fixture
def large(monkeypatch):
    """Any model is large enough for OpenVINO."""
    monkeypatch.setattr(choice, "OPENVINO_FROM", 1)


def disagree(folder):
    """Canaries that some other model answered."""
    canaries = read_canaries(folder)
    canaries.answers[0, -1] += 5 * TOLERANCE
    canaries.save(folder)


def test_a_small_model_gets_onnxruntime_in_fp32_and_says_why(model):
    found = open_classifier(model).choice
    assert (found.runtime, found.precision) == ("onnxruntime", "fp32")
    assert "OpenVINO bf16 gains little below 20 M parameters" in found.reason
    assert "no CUDA device" in found.reason
    assert str(found).startswith("onnxruntime fp32 (")


@needs_bf16
def test_a_large_one_gets_openvino_in_bf16_where_it_agrees(model, large):
    classifier = open_classifier(model)
    assert (classifier.runtime, classifier.precision) == ("openvino", "bf16")
    assert classifier.choice.reason.startswith("this CPU has bf16; the same labels and prob")


@needs_bf16
def test_where_it_does_not_agree_it_is_not_taken(model, large):
    disagree(model)
    found = open_classifier(model).choice
    assert (found.runtime, found.precision) == ("onnxruntime", "fp32")
    assert "openvino bf16: the same labels and probabilities within 0.1" in found.reason


@needs_bf16
def test_without_canaries_there_is_nothing_but_fp32(group_norm, large):
    classifier = open_classifier(group_norm)
    assert (classifier.runtime, classifier.precision) == ("onnxruntime", "fp32")
    assert "no canaries to check less than fp32 by" in classifier.choice.reason
    assert open_classifier(group_norm, runtime="openvino").precision == "fp32"


@needs_bf16
def test_openvino_that_was_asked_for_is_exact_where_bf16_does_not_agree(model):
    assert open_classifier(model, runtime="openvino").precision == "bf16"
    disagree(model)
    classifier = open_classifier(model, runtime="openvino")
    assert (classifier.runtime, classifier.precision) == ("openvino", "fp32")
    assert "openvino bf16: the same labels" in classifier.choice.reason


@needs_bf16
def test_what_was_asked_for_is_not_questioned(model):
    disagree(model)
    found = open_classifier(model, runtime="openvino", precision="bf16").choice
    assert (found.runtime, found.precision, found.reason) == ("openvino", "bf16", "asked for")
    assert open_classifier(model, precision="bf16").runtime == "openvino"


def test_int8_is_taken_where_the_model_ships_it_and_it_agrees(model):
    write_int8(model / "model.onnx", model / "model.int8.onnx")
    found = open_classifier(model).choice
    assert (found.runtime, found.precision) == ("onnxruntime", "int8")
    assert "the model has a graph in 8 bits; the same labels" in found.reason
    disagree(model)
    found = open_classifier(model).choice
    assert (found.runtime, found.precision) == ("onnxruntime", "fp32")
    assert "onnxruntime int8: the same labels" in found.reason


def test_a_quick_graph_that_is_broken_does_not_keep_the_model_from_serving(model, caplog):
    (model / "model.int8.onnx").write_bytes(b"hello")
    assert open_classifier(model).precision == "fp32"
    assert "not taken: onnxruntime int8" in caplog.text


def test_without_a_graph_there_is_torch(model):
    (model / "model.onnx").unlink()
    found = open_classifier(model).choice
    assert (found.runtime, found.precision) == ("torch", "fp32")
    assert "no graph" in found.reason


def test_torch_on_a_cpu_is_exact_unless_asked(model):
    assert open_classifier(model, runtime="torch").precision == "fp32"
    assert open_classifier(model, runtime="torch", precision="bf16").precision == "bf16"


@pytest.mark.skipif(has_cuda_device(), reason="this is about machines without CUDA")
def test_bf16_without_openvino_is_torch(model, monkeypatch):
    monkeypatch.setattr(choice, "_openvino_obstacle", lambda: "not installed")
    classifier = open_classifier(model, precision="bf16")
    assert (classifier.runtime, classifier.precision) == ("torch", "bf16")
    assert "not installed" in classifier.choice.reason


def test_with_cuda_torch_comes_first_and_fp32_there_before_the_others(model, monkeypatch):
    monkeypatch.setattr(choice, "_cuda_obstacle", lambda model: None)
    found = list(options(read_model(find_model(model)), "auto", "auto"))
    assert [each[:3] for each in found[:2]] == [("torch", "bf16", None), ("torch", "fp32", None)]
    assert [each.checked for each in found[:2]] == [True, False]


def test_the_choice_is_logged(model, caplog):
    with caplog.at_level("INFO"):
        classifier = open_classifier(model)
    (record,) = (each for each in caplog.records if each.message == "a runtime is chosen")
    assert record.runtime == str(classifier.choice)


def test_an_unknown_name_is_refused_before_anything_is_read(tmp_path):
    with pytest.raises(RuntimeUnavailableError):
        open_classifier(tmp_path, runtime="none")
