from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import onnx
import pytest

from classifier import (
    Classifier,
    LabelCountError,
    ModelFileError,
    RuntimeUnavailableError,
    WeightsError,
    default_model_path,
    open_classifier,
)
from tests.classifier.checkpoints import copy_with, speechlike

if find_spec("openvino") is None:
    pytest.skip("needs OpenVINO: pip install 'vivavoz[openvino]'", allow_module_level=True)

from classifier.openvino_runtime import OpenVinoRuntime, has_bf16, properties

needs_bf16 = pytest.mark.skipif(not has_bf16(), reason="this CPU has no bf16")

SAMPLES = [2960, 3001, 6400, 7919, 16000, 16001, 16640, 48003]
"""Short of a round length, on it and one beyond."""


def assert_same_logits(folder, samples, *, precision="fp32", within=1e-4):
    ours = open_classifier(folder, runtime="openvino", precision=precision)
    theirs = open_classifier(folder, runtime="onnxruntime", precision="fp32")
    assert (ours.runtime, ours.precision) == ("openvino", precision)
    answers = []
    for seed, count in enumerate(samples):
        pcm = speechlike(count / 16000, seed)
        answers.append(ours.logits(pcm))
        np.testing.assert_allclose(answers[-1], theirs.logits(pcm), rtol=0, atol=within)
    assert np.ptp(answers, axis=0).max() > 0.01, "it would answer the same to anything"


def test_logits_are_those_of_onnxruntime_at_any_length(model_directory):
    assert_same_logits(model_directory, SAMPLES)


@needs_bf16
def test_logits_in_bf16_are_near(model_directory):
    assert_same_logits(model_directory, SAMPLES, precision="bf16", within=0.3)


@pytest.mark.skipif(
    not (default_model_path() / "model.onnx").exists(), reason="no bundled model yet"
)
def test_the_bundled_model_answers_as_in_onnxruntime():
    assert_same_logits(default_model_path(), SAMPLES)


def opened(folder, monkeypatch):
    """A classifier, and the waves that its compiled graph was given."""
    given = []
    inputs = OpenVinoRuntime._inputs

    def watch(self, wave):
        given.append(inputs(self, wave))
        return given[-1]

    monkeypatch.setattr(OpenVinoRuntime, "_inputs", watch)
    return open_classifier(folder, runtime="openvino", precision="fp32"), given


def test_few_lengths_are_run(group_norm, monkeypatch):
    """Kernels are compiled and kept for each: 40 lengths within 640 ms are three."""
    classifier, given = opened(group_norm, monkeypatch)
    for samples in range(16000, 16000 + 10240, 256):
        classifier.logits(speechlike(samples / 16000))
    assert len(given) == 40
    assert len({each["input_values"].shape for each in given}) <= 3


def memory_mb():
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_does_not_grow_with_the_lengths_that_were_heard(group_norm):
    classifier = open_classifier(group_norm, runtime="openvino", precision="fp32")
    lengths = np.random.default_rng(0).integers(8000, 40000, 400)
    for samples in lengths[:150]:
        classifier.logits(np.ones(samples, np.int16))
    before = memory_mb()
    for samples in lengths[150:]:
        classifier.logits(np.ones(samples, np.int16))
    assert memory_mb() - before < 20, "it did by 0.5 MB a length"


def test_a_graph_of_another_layout_runs_as_it_is_and_says_what_that_costs(
    group_norm, tmp_path, monkeypatch, caplog
):
    """Its config names other convolutions: nothing is known of where padding would be heard."""
    folder = copy_with(group_norm, tmp_path, conv_kernel=[400, 5, 3, 3, 2])
    classifier, given = opened(folder, monkeypatch)
    assert "memory grows" in caplog.text
    pcm = speechlike(1.03)
    theirs = open_classifier(group_norm, runtime="onnxruntime").logits(pcm)
    np.testing.assert_allclose(classifier.logits(pcm), theirs, rtol=0, atol=1e-4)
    assert [each["input_values"].shape for each in given] == [(1, pcm.size)]


def test_several_threads_get_their_own_answers(group_norm):
    classifier = open_classifier(group_norm, runtime="openvino", precision="fp32")
    sounds = [speechlike(0.5 + 0.07 * i, i) for i in range(12)] * 5
    wanted = [classifier.logits(pcm) for pcm in sounds]
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(classifier.logits, sounds))
    np.testing.assert_array_equal(found, wanted)


def test_an_answer_stays_when_the_next_comes(group_norm):
    classifier = open_classifier(group_norm, runtime="openvino", precision="fp32")
    first = classifier.logits(speechlike(1, 1))
    kept = first.copy()
    classifier.logits(speechlike(1, 2))
    np.testing.assert_array_equal(first, kept)


@pytest.mark.parametrize("threads", [1, 2])
def test_threads_are_honoured(group_norm, threads):
    classifier = open_classifier(group_norm, runtime="openvino", precision="fp32", threads=threads)
    compiled = runtime_of(classifier)._compiled
    streams = max(1, (os.cpu_count() or 1) // threads)
    cpus = max(threads * streams, 1)
    assert compiled.get_property("NUM_STREAMS") == streams
    assert compiled.get_property("INFERENCE_NUM_THREADS") == min(cpus, os.cpu_count() or 1)
    assert not compiled.get_property("ENABLE_CPU_PINNING")


def runtime_of(classifier: Classifier) -> OpenVinoRuntime:
    runtime = classifier._runtime
    assert isinstance(runtime, OpenVinoRuntime)
    return runtime


def test_the_precision_is_the_one_that_was_asked_for(group_norm):
    assert properties("fp32", 1)["INFERENCE_PRECISION_HINT"] == "f32"
    compiled = runtime_of(open_classifier(group_norm, runtime="openvino", precision="fp32"))
    assert str(compiled._compiled.get_property("INFERENCE_PRECISION_HINT")) == "<Type: 'float32'>"


def test_a_cpu_without_bf16_is_said(group_norm, monkeypatch):
    monkeypatch.setattr("classifier.openvino_runtime.has_bf16", lambda: False)
    with pytest.raises(RuntimeUnavailableError, match=r"no bf16 .*--precision fp32"):
        open_classifier(group_norm, runtime="openvino", precision="bf16")


@pytest.mark.parametrize("damage", ["empty", "text", "half"])
def test_a_corrupt_graph_is_said(group_norm, tmp_path, damage):
    folder = copy_with(group_norm, tmp_path)
    whole = (folder / "model.onnx").read_bytes()
    broken = {"empty": b"", "text": b"hello", "half": whole[: len(whole) // 2]}[damage]
    (folder / "model.onnx").write_bytes(broken)
    with pytest.raises(WeightsError, match=r"model\.onnx cannot be"):
        open_classifier(folder, runtime="openvino")


def test_a_folder_without_a_graph_names_torch(group_norm, tmp_path):
    folder = copy_with(group_norm, tmp_path)
    (folder / "model.onnx").unlink()
    with pytest.raises(WeightsError, match=r"no model\.onnx; .*--runtime torch"):
        open_classifier(folder, runtime="openvino")


def test_labels_that_do_not_match_the_outputs_are_refused(group_norm, tmp_path):
    folder = copy_with(group_norm, tmp_path, id2label={"0": "happy", "1": "sad"})
    with pytest.raises(LabelCountError, match=r"7 outputs, but .* 2 labels"):
        open_classifier(folder, runtime="openvino")


def test_a_graph_with_another_input_is_refused(group_norm, tmp_path):
    folder = copy_with(group_norm, tmp_path)
    graph = onnx.load(folder / "model.onnx")
    for node in graph.graph.node:
        node.input[:] = ["audio" if name == "input_values" else name for name in node.input]
    graph.graph.input[0].name = "audio"
    onnx.save(graph, folder / "model.onnx")
    with pytest.raises(ModelFileError, match=r"must take input_values .* takes audio float32"):
        open_classifier(folder, runtime="openvino")


def test_nothing_is_printed_written_or_reported(group_norm, tmp_path):
    """OpenVINO's model converter would write to ~/intel and report the import."""
    script = (
        "import sys\n"
        "from classifier import open_classifier\n"
        "open_classifier(sys.argv[1], runtime='openvino', precision='fp32').warm_up()\n"
        "print(*(m for m in sys.modules if 'telemetry' in m or 'tools.ovc' in m))\n"
    )
    root = Path(__file__).parents[2]
    work = tmp_path / "work"
    work.mkdir()
    done = subprocess.run(
        [sys.executable, "-B", "-c", script, str(group_norm)],
        capture_output=True,
        text=True,
        check=False,
        cwd=work,
        env={"HOME": str(work), "TMPDIR": str(work), "PYTHONPATH": str(root)},
    )
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "", "")
    assert list(work.iterdir()) == []


def test_a_signal_finds_its_stack_when_another_thread_lets_the_model_go(model_directory):
    """As a server that changed its model in a thread, and is told to end."""
    program = """
import signal, sys, threading
from classifier import open_classifier
held = [open_classifier(sys.argv[1], runtime="openvino", precision="fp32")]
thread = threading.Thread(target=held.clear)
thread.start()
thread.join()
try:
    signal.raise_signal(signal.SIGINT)
except KeyboardInterrupt:
    print("interrupted")
"""
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", program, str(model_directory)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "interrupted\n")
