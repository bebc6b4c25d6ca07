from __future__ import annotations

import subprocess
import sys

import numpy as np
import onnx
import pytest

from classifier import (
    LabelCountError,
    LogitsError,
    ModelFileError,
    WeightsError,
    default_model_path,
    open_classifier,
)
from classifier.canary import record_canaries
from classifier.onnx_runtime import session_options
from tests.classifier.checkpoints import copy_with, speechlike
from training.int8 import write_int8

SECONDS = [0.4, 1.03, 3, 8]


def assert_same_logits(folder, lengths):
    ours, theirs = (open_classifier(folder, runtime=name) for name in ("onnxruntime", "torch"))
    assert (ours.runtime, theirs.runtime) == ("onnxruntime", "torch")
    answers = []
    for seed, samples in enumerate(lengths):
        pcm = speechlike(samples / 16000, seed)
        answers.append(ours.logits(pcm))
        np.testing.assert_allclose(answers[-1], theirs.logits(pcm), rtol=0, atol=1e-4)
    spread = np.ptp(answers, axis=0).max()
    assert spread > 0.01, "these networks would answer the same to anything"


def test_logits_are_those_of_torch(model_directory):
    assert_same_logits(model_directory, [round(s * 16000) for s in SECONDS])


def test_logits_of_odd_lengths_are_those_of_torch(model_directory):
    assert_same_logits(model_directory, [2960, 2961, 7919, 16001])


@pytest.mark.skipif(
    not (default_model_path() / "model.onnx").exists(), reason="no bundled model yet"
)
def test_bundled_model_answers_as_in_torch():
    assert_same_logits(default_model_path(), [round(s * 16000) for s in SECONDS])


def test_auto_takes_the_graph(model_directory, tmp_path):
    assert open_classifier(model_directory).runtime == "onnxruntime"
    folder = copy_with(model_directory, tmp_path)
    (folder / "model.onnx").unlink()
    assert open_classifier(folder).runtime == "torch"
    with pytest.raises(WeightsError, match=r"no model\.onnx; .*--runtime torch"):
        open_classifier(folder, runtime="onnxruntime")


def test_a_graph_alone_is_enough(group_norm, tmp_path):
    folder = copy_with(group_norm, tmp_path)
    (folder / "model.safetensors").unlink()
    classifier = open_classifier(folder)
    pcm = speechlike(1)
    np.testing.assert_array_equal(classifier.logits(pcm), open_classifier(group_norm).logits(pcm))
    with pytest.raises(WeightsError, match=r"no model\.safetensors"):
        open_classifier(folder, runtime="torch")


@pytest.mark.parametrize("damage", ["empty", "text", "half"])
def test_a_corrupt_graph_is_said(group_norm, tmp_path, damage):
    folder = copy_with(group_norm, tmp_path)
    graph = folder / "model.onnx"
    whole = graph.read_bytes()
    graph.write_bytes({"empty": b"", "text": b"hello", "half": whole[: len(whole) // 2]}[damage])
    with pytest.raises(WeightsError, match=r"model\.onnx cannot be loaded"):
        open_classifier(folder)


def test_labels_that_do_not_match_the_outputs_are_refused(group_norm, tmp_path):
    folder = copy_with(group_norm, tmp_path, id2label={"0": "happy", "1": "sad"})
    with pytest.raises(LabelCountError, match=r"7 outputs, but .* 2 labels"):
        open_classifier(folder)


def test_labels_are_counted_in_the_answer_where_the_graph_does_not_say(group_norm, tmp_path):
    folder = copy_with(group_norm, tmp_path, id2label={"0": "happy", "1": "sad"})
    graph = onnx.load(folder / "model.onnx")
    graph.graph.output[0].type.tensor_type.shape.dim[1].dim_param = "classes"
    onnx.save(graph, folder / "model.onnx")
    with pytest.raises(LabelCountError, match="2 labels"):
        open_classifier(folder).warm_up()


@pytest.mark.parametrize(("old", "new"), [("input_values", "audio"), ("logits", "answer")])
def test_a_graph_with_other_names_is_refused(group_norm, tmp_path, old, new):
    folder = copy_with(group_norm, tmp_path)
    graph = onnx.load(folder / "model.onnx")
    for node in graph.graph.node:
        node.input[:] = [new if name == old else name for name in node.input]
        node.output[:] = [new if name == old else name for name in node.output]
    for value in [*graph.graph.input, *graph.graph.output]:
        value.name = new if value.name == old else value.name
    onnx.save(graph, folder / "model.onnx")
    with pytest.raises(ModelFileError, match=r"must take input_values .* and give logits"):
        open_classifier(folder)


def test_a_run_that_fails_is_a_typed_error(group_norm, tmp_path):
    """The conv stack in config.json is what says how short is too short: here it lies."""
    folder = copy_with(group_norm, tmp_path, conv_kernel=[1] * 5)
    with pytest.raises(LogitsError, match="failed on 200 samples"):
        open_classifier(folder).logits(speechlike(200 / 16000))


def test_nothing_is_printed(group_norm, tmp_path):
    """Not by a run, nor by a run that fails, nor by a graph that cannot be loaded."""
    broken = copy_with(group_norm, tmp_path / "broken")
    (broken / "model.onnx").write_bytes(b"hello")
    lying = copy_with(group_norm, tmp_path / "lying", conv_kernel=[1] * 5)
    script = (
        "import sys, numpy\n"
        "from classifier import ClassifierError, open_classifier\n"
        "open_classifier(sys.argv[1]).warm_up()\n"
        "for failing in sys.argv[2:]:\n"
        "    try:\n"
        "        open_classifier(failing).logits(numpy.ones(200, numpy.int16))\n"
        "    except ClassifierError:\n"
        "        continue\n"
        "    sys.exit('no error')\n"
    )
    arguments = [sys.executable, "-c", script, str(group_norm), str(broken), str(lying)]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.fixture(scope="module")
def both(group_norm, tmp_path_factory):
    """A model with a graph in 8 bits beside the other, and its canaries."""
    folder = copy_with(group_norm, tmp_path_factory.mktemp("both"))
    write_int8(folder / "model.onnx", folder / "model.int8.onnx")
    sounds = [speechlike(seconds, i) for i, seconds in enumerate((0.7, 1.1))]
    record_canaries(open_classifier(folder, precision="fp32"), sounds).save(folder)
    return folder


def test_int8_is_the_graph_beside_and_answers_nearly_the_same(both):
    wide, narrow = (
        open_classifier(both, runtime="onnxruntime", precision=p) for p in ("fp32", "int8")
    )
    assert (wide.precision, narrow.precision) == ("fp32", "int8")
    pcm = speechlike(1.3, 4)
    difference = np.abs(wide.logits(pcm) - narrow.logits(pcm)).max()
    assert 0 < difference < 0.5


def test_a_model_that_was_made_int8_is_that_and_nothing_else(both, tmp_path):
    folder = copy_with(both, tmp_path)
    (folder / "model.int8.onnx").rename(folder / "model.onnx")
    (folder / "vivavoz.json").write_text('{"version": "1+int8"}')
    assert open_classifier(folder).precision == "int8"
    for runtime in ("onnxruntime", "openvino"):
        with pytest.raises(WeightsError, match="in 8 bits; open it with"):
            open_classifier(folder, runtime=runtime, precision="fp32")
    assert open_classifier(folder, runtime="torch").precision == "fp32"


def test_int8_that_is_not_there_is_said(group_norm):
    with pytest.raises(WeightsError, match=r"no model\.int8\.onnx; .*--precision fp32"):
        open_classifier(group_norm, runtime="onnxruntime", precision="int8")


def test_options():
    options = session_options(3)
    assert options.intra_op_num_threads == 3
    assert options.inter_op_num_threads == 1
    assert not options.enable_mem_pattern, "memory would grow with each length of segment"
    assert options.get_session_config_entry("session.intra_op.allow_spinning") == "0"
