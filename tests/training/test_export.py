import json
from datetime import date
from pathlib import Path

import numpy as np
import onnx
import pytest
from transformers import AutoModelForAudioClassification, Wav2Vec2FeatureExtractor

from classifier import Calibration, open_classifier
from training.export import (
    OPSET,
    PARITY,
    ExportError,
    export,
    open_graph,
    parity,
    weights_version,
    write_calibration,
)
from training.manifest import LABELS
from training.settings import TrainSettings

DAY = date(2026, 11, 22)
FILES = {
    "config.json",
    "preprocessor_config.json",
    "model.safetensors",
    "model.onnx",
    "vivavoz.json",
}


@pytest.fixture(scope="module")
def exported(finished: TrainSettings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export") / "mine"
    done = export(finished.out / "best", folder, day=DAY)
    assert done.difference <= PARITY
    assert done.milliseconds > 0
    assert done.onnx_bytes == (folder / "model.onnx").stat().st_size
    return folder


def test_a_model_directory_has_its_files_and_no_others(exported: Path) -> None:
    assert {p.name for p in exported.iterdir()} == FILES
    assert all(p.stat().st_mode & 0o444 == 0o444 for p in exported.iterdir())  # another user serves
    described = json.loads((exported / "vivavoz.json").read_text())
    assert described["name"] == "mine"
    assert described["version"].startswith("2026.11.22-")
    assert len(described["version"]) == len("2026.11.22-") + 8


def test_the_graph_is_whole_and_says_nothing_of_this_machine(exported: Path) -> None:
    graph = onnx.load(exported / "model.onnx", load_external_data=False)
    assert not any(t.external_data for t in graph.graph.initializer)
    assert [o.version for o in graph.opset_import if not o.domain] == [OPSET]
    assert not graph.graph.value_info
    assert not any(node.metadata_props or node.doc_string for node in graph.graph.node)
    assert str(Path.cwd()).encode() not in (exported / "model.onnx").read_bytes()


def test_batch_and_samples_are_free(exported: Path) -> None:
    session = open_graph(exported / "model.onnx")
    assert [i.name for i in session.get_inputs()] == ["input_values"]
    assert [o.name for o in session.get_outputs()] == ["logits"]
    for batch, samples in ((1, 8000), (3, 12345), (2, 128000)):
        wave = np.zeros((batch, samples), np.float32)
        assert session.run(None, {"input_values": wave})[0].shape == (batch, len(LABELS))


def test_parity_notices_other_weights(exported: Path) -> None:
    model = AutoModelForAudioClassification.from_pretrained(exported).eval()
    assert parity(model, exported / "model.onnx") <= PARITY
    model.classifier.bias.data[2] += 0.01
    assert parity(model, exported / "model.onnx") == pytest.approx(0.01, rel=0.01)


def test_the_same_checkpoint_gives_the_same_bytes(
    exported: Path, finished: TrainSettings, tmp_path: Path
) -> None:
    export(finished.out / "best", tmp_path / "mine", day=DAY)
    for name in FILES:
        assert (tmp_path / "mine" / name).read_bytes() == (exported / name).read_bytes(), name


def test_known_weights_keep_their_version_and_new_ones_get_another(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    first = weights_version(tmp_path, DAY)
    (tmp_path / "vivavoz.json").write_text(json.dumps({"version": first}))
    assert weights_version(tmp_path, date(2027, 1, 1)) == first
    (tmp_path / "model.safetensors").write_bytes(b"others")
    assert weights_version(tmp_path, date(2027, 1, 1)).startswith("2027.01.01-")
    assert weights_version(tmp_path, DAY)[-8:] != first[-8:]


def test_transformers_reads_it(exported: Path) -> None:
    model = AutoModelForAudioClassification.from_pretrained(exported)
    assert model.config.id2label == dict(enumerate(LABELS))
    extractor = Wav2Vec2FeatureExtractor.from_pretrained(exported)
    assert extractor.do_normalize
    assert extractor.sampling_rate == 16000


def test_both_runtimes_of_the_classifier_agree(exported: Path) -> None:
    pcm = (np.random.default_rng(0).standard_normal(20000) * 3000).astype(np.int16)
    fast, slow = (open_classifier(exported, runtime=r) for r in ("onnxruntime", "torch"))
    assert fast.outputs == LABELS
    np.testing.assert_allclose(fast.logits(pcm), slow.logits(pcm), atol=PARITY)


def test_calibration_is_kept_with_name_and_version(exported: Path) -> None:
    before = json.loads((exported / "vivavoz.json").read_text())
    write_calibration(exported, Calibration(temperature=1.5))
    after = json.loads((exported / "vivavoz.json").read_text())
    assert after["calibration"]["temperature"] == 1.5
    assert (after["name"], after["version"]) == (before["name"], before["version"])
    write_calibration(exported, Calibration())


def test_a_folder_without_a_checkpoint_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"no config\.json"):
        export(tmp_path, tmp_path / "out")
