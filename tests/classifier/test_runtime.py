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
    with pytest.raises(RuntimeUnavailableError, match=r"'openvino'; .*auto, onnxruntime, torch"):
        open_classifier(group_norm, runtime="openvino")


@pytest.mark.parametrize("runtime", ["onnxruntime", "torch"])
def test_no_threads_are_refused(group_norm, runtime):
    with pytest.raises(ValueError, match="at least 1"):
        open_classifier(group_norm, runtime=runtime, threads=0)
