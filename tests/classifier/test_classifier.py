from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from threading import Barrier

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import numpy_helper
from safetensors.numpy import load_file, save_file

from classifier import (
    Calibration,
    Classifier,
    LogitsError,
    PcmError,
    TooShortError,
    open_classifier,
)
from classifier.model import read_model
from classifier.source import find_model
from classifier.verdict import Quality, decide
from tests.classifier.checkpoints import EMOTIONS, OUTPUTS, copy_with, speechlike

NO_OPENVINO = pytest.mark.skipif(find_spec("openvino") is None, reason="needs OpenVINO")
RUNTIMES = ["onnxruntime", pytest.param("openvino", marks=NO_OPENVINO), "torch"]


@pytest.fixture(params=RUNTIMES)
def runtime(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def classifier(model_directory, runtime):
    return open_classifier(model_directory, runtime=runtime)


def test_it_says_what_it_is(group_norm, layer_norm, runtime):
    ours = open_classifier(group_norm, runtime=runtime)
    assert (ours.name, ours.runtime, ours.outputs) == ("group", runtime, OUTPUTS)
    assert ours.labels == EMOTIONS
    assert len(ours.version) == 8
    foreign = open_classifier(str(layer_norm), runtime=runtime)
    assert foreign.outputs == ("angry", "neutral", "happy", "neutral", "boredom")
    assert foreign.labels == ("angry", "neutral", "happy", "boredom")
    assert foreign.version != ours.version


def test_its_card_is_the_readme_of_its_directory(group_norm, tmp_path):
    folder = copy_with(group_norm, tmp_path / "model")
    (folder / "README.md").write_text("# Größe\n", encoding="utf-8")
    ours = open_classifier(folder)
    assert ours.card == "# Größe\n"
    (folder / "README.md").unlink()
    assert ours.card is None


def test_verdict_is_that_of_the_logits(classifier):
    pcm = speechlike(1.5, 3)
    logits = classifier.logits(pcm)
    assert (logits.shape, logits.dtype) == ((len(classifier.outputs),), np.float32)
    quality = {"voiced_ms": 900, "snr_db": 20.0, "clipped": 0.01}
    answer = classifier.classify(pcm, **quality)
    assert answer == decide(
        logits,
        classifier.outputs,
        quality=Quality(**quality),
        calibration=classifier.calibration,
        model=classifier.version,
    )
    assert tuple(answer.scores) == classifier.labels
    assert sum(answer.scores.values()) == pytest.approx(1)
    assert answer.confidence == max(answer.scores.values())


def test_quality_reaches_the_verdict(group_norm, tmp_path):
    folder = copy_with(group_norm, tmp_path)
    calibration = {"no_speech_above": 1, "uncertain_below": 0}
    (folder / "vivavoz.json").write_text(json.dumps({"version": "v7", "calibration": calibration}))
    model, pcm = open_classifier(folder), speechlike(1)
    assert model.classify(pcm).label in EMOTIONS
    assert model.classify(pcm).model == "v7"
    assert model.classify(pcm, voiced_ms=299).reason == "too_short"
    assert model.classify(pcm, snr_db=2.9).reason == "too_noisy"
    assert model.classify(pcm, clipped=0.06).reason == "clipped"


def test_temperature_of_the_directory_is_used(group_norm, tmp_path):
    folder = copy_with(group_norm, tmp_path)
    (folder / "vivavoz.json").write_text('{"calibration": {"temperature": 0.1}}')
    sharp, plain = open_classifier(folder), open_classifier(group_norm)
    assert sharp.calibration == Calibration(temperature=0.1)
    pcm = speechlike(1)
    a, b = sharp.classify(pcm), plain.classify(pcm)
    assert a.confidence > b.confidence
    assert max(a.scores, key=a.scores.get) == max(b.scores, key=b.scores.get)


def test_bytes_and_arrays_are_alike(classifier):
    pcm = speechlike(0.7)
    np.testing.assert_array_equal(classifier.logits(pcm), classifier.logits(pcm.tobytes()))
    read_only = np.frombuffer(pcm.tobytes(), np.int16)
    np.testing.assert_array_equal(classifier.logits(pcm), classifier.logits(read_only))


def test_exactly_enough_samples_are_answered_and_one_less_is_too_short(classifier, model_directory):
    least = read_model(find_model(model_directory)).least_samples
    pcm = speechlike(1)
    assert np.isfinite(classifier.logits(pcm[:least])).all()
    with pytest.raises(TooShortError, match=f"needs {least}"):
        classifier.logits(pcm[: least - 1])
    answer = classifier.classify(pcm[: least - 1], voiced_ms=5000)
    assert (answer.label, answer.reason) == (None, "too_short")
    assert answer.scores == dict.fromkeys(classifier.labels, 1 / len(classifier.labels))
    assert answer.model == classifier.version


@pytest.mark.parametrize("pcm", [b"", b"\0\0", np.zeros(0, np.int16)], ids=["none", "one", "array"])
def test_next_to_nothing_is_too_short(classifier, pcm):
    assert classifier.classify(pcm).reason == "too_short"


@pytest.mark.parametrize("pcm", [b"\0", b"\0" * 32001, np.zeros(16000, np.float32)], ids=len)
def test_what_is_no_pcm_is_an_error_and_not_a_verdict(classifier, pcm):
    with pytest.raises(PcmError):
        classifier.classify(pcm)


@pytest.mark.parametrize("level", [0, 1, -32768, 32767])
def test_a_constant_has_finite_scores(classifier, level):
    answer = classifier.classify(np.full(16000, level, np.int16))
    assert sum(answer.scores.values()) == pytest.approx(1)


@settings(deadline=None, max_examples=25)  # the machine may be busy
@given(pcm=st.binary(max_size=6000))
def test_any_bytes_get_a_verdict_or_a_typed_error(group_norm_classifier, pcm):
    try:
        answer = group_norm_classifier.classify(pcm)
    except PcmError:
        assert len(pcm) % 2
        return
    assert sum(answer.scores.values()) == pytest.approx(1)
    assert (answer.label is None) == (answer.reason is not None)


@pytest.fixture(scope="session")
def group_norm_classifier(group_norm):
    return open_classifier(group_norm)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_logits_that_are_not_finite_are_an_error(group_norm, tmp_path, runtime, value):
    folder = copy_with(group_norm, tmp_path)
    break_head(folder, value)
    model = open_classifier(folder, runtime=runtime)
    for ask in (model.logits, model.classify):
        with pytest.raises(LogitsError, match="damaged"):
            ask(speechlike(1))
    with pytest.raises(LogitsError):
        model.warm_up()


def test_it_warms_up_in_as_many_threads_at_once_as_will_classify(group_norm):
    together = Barrier(3)
    lengths = []

    class Runtime:
        name = precision = "none"
        batches = False

        def run_many(self, waves):
            lengths.append(waves.shape[1])
            if len(lengths) > 1:  # the first run is alone
                together.wait(timeout=30)
            return np.zeros((len(waves), len(OUTPUTS)), np.float32)

    Classifier(read_model(find_model(group_norm)), Runtime()).warm_up(3)
    assert lengths == [8 * 16000] * 4


def break_head(folder, value):
    """Spoil one number of the head, in both forms of the weights."""
    weights = load_file(folder / "model.safetensors")
    shape = weights["classifier.weight"].shape
    weights["classifier.weight"][0, 0] = value
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    graph = onnx.load(folder / "model.onnx")
    (head,) = (t for t in graph.graph.initializer if set(t.dims) == set(shape))
    broken = numpy_helper.to_array(head).copy()
    broken[0, 0] = value
    head.CopyFrom(numpy_helper.from_array(broken, head.name))
    onnx.save(graph, folder / "model.onnx")


def test_eight_threads_get_the_answers_of_one(classifier):
    signals = [speechlike(0.3 + 0.13 * i, i) for i in range(8)]
    alone = [classifier.logits(pcm) for pcm in signals]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(classifier.logits, signals * 4))
    for i, logits in enumerate(together):
        np.testing.assert_allclose(logits, alone[i % 8], rtol=0, atol=1e-6)


def test_more_threads_give_the_same_answer(model_directory, runtime):
    pcm = speechlike(3)
    one, two = (open_classifier(model_directory, runtime=runtime, threads=n) for n in (1, 2))
    np.testing.assert_allclose(one.logits(pcm), two.logits(pcm), rtol=0, atol=1e-5)


def test_importing_takes_neither_torch_nor_a_runtime():
    script = "import sys, classifier; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert {"classifier", "numpy", "pydantic"} <= loaded
    heavy = {"torch", "transformers", "onnxruntime", "onnx", "huggingface_hub", "safetensors"}
    assert not loaded & (heavy | {"scipy", "soundfile", "training", "vad", "server"})


def test_classifying_with_a_graph_takes_no_torch(group_norm):
    script = (
        "import sys\n"
        "from classifier import open_classifier\n"
        "open_classifier(sys.argv[1]).warm_up()\n"
        "print('torch' in sys.modules, 'transformers' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(group_norm)], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "False"]


@pytest.mark.parametrize("batches", [False, True])
def test_many_at_once_answer_as_one_by_one_in_their_order(classifier, batches):
    """Of mixed lengths; those of one length go together where that is quicker."""
    sounds = [speechlike(seconds, i) for i, seconds in enumerate((0.5, 0.9, 0.5, 1.1, 0.9, 0.5))]
    classifier.batches = batches
    found = classifier.logits_many(sounds)
    wanted = [classifier.logits(pcm) for pcm in sounds]
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-5)
    assert classifier.logits_many([]).shape == (0, len(classifier.outputs))
    with pytest.raises(TooShortError):
        classifier.logits_many([*sounds, np.zeros(10, np.int16)])
