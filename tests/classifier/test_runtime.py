from __future__ import annotations

import subprocess
import sys

import pytest

from classifier import RuntimeUnavailableError, open_classifier
from tests.classifier.checkpoints import copy_with

OPEN_WITHOUT = (
    "import sys\n"
    "for package in sys.argv[2].split(','):\n"
    "    sys.modules[package] = None  # what an import of it meets when it is not installed\n"
    "from classifier import RuntimeUnavailableError, open_classifier\n"
    "try:\n"
    "    open_classifier(sys.argv[1], runtime=sys.argv[3])\n"
    "except RuntimeUnavailableError as error:\n"
    "    print(error)\n"
)


def open_without(package, source, runtime="auto"):
    done = subprocess.run(
        [sys.executable, "-c", OPEN_WITHOUT, str(source), package, runtime],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.mark.parametrize("package", ["torch", "transformers"])
def test_torch_that_is_not_installed_names_the_extra(group_norm, tmp_path, package):
    folder = copy_with(group_norm, tmp_path)
    (folder / "model.onnx").unlink()
    assert "pip install 'vivavoz[torch]'" in open_without(package, folder)
    assert "pip install 'vivavoz[torch]'" in open_without(package, group_norm, "torch")


def test_a_hub_name_without_the_extra_names_it():
    assert "pip install 'vivavoz[torch]'" in open_without("huggingface_hub", "owner/name")


def test_a_model_with_a_graph_needs_no_torch(group_norm):
    assert open_without("torch,transformers,huggingface_hub", group_norm) == ""


def test_onnxruntime_that_is_not_installed_is_said(group_norm):
    assert "pip install onnxruntime" in open_without("onnxruntime", group_norm)


def test_an_unknown_runtime_is_refused_with_those_there_are(group_norm):
    with pytest.raises(RuntimeUnavailableError, match=r"'tensorrt'; .*auto, onnxruntime, openvino"):
        open_classifier(group_norm, runtime="tensorrt")
    with pytest.raises(RuntimeUnavailableError, match=r"'fp8'; .*auto, fp32, bf16, int8"):
        open_classifier(group_norm, precision="fp8")


@pytest.mark.parametrize(
    ("runtime", "precision", "instead"),
    [
        ("onnxruntime", "bf16", "int8 and fp32; .*--runtime openvino or torch"),
        ("openvino", "int8", "bf16 and fp32; .*--runtime onnxruntime"),
        ("torch", "int8", "bf16 and fp32; .*--runtime onnxruntime"),
    ],
)
def test_a_precision_that_a_runtime_lacks_is_refused(group_norm, runtime, precision, instead):
    with pytest.raises(RuntimeUnavailableError, match=instead):
        open_classifier(group_norm, runtime=runtime, precision=precision)


def test_openvino_that_is_not_installed_names_the_extra(group_norm):
    assert "pip install 'vivavoz[openvino]'" in open_without("openvino", group_norm, "openvino")


def test_openvino_that_is_not_installed_is_not_missed(group_norm):
    assert open_without("openvino", group_norm) == ""


@pytest.mark.parametrize("runtime", ["onnxruntime", "openvino", "torch"])
def test_no_threads_are_refused(group_norm, runtime):
    with pytest.raises(ValueError, match="at least 1"):
        open_classifier(group_norm, runtime=runtime, threads=0)
