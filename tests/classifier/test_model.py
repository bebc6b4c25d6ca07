from __future__ import annotations

import json
import logging

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier import ArchitectureError, Calibration, ModelFileError, SampleRateError
from classifier.model import Network, read_model, read_network, read_preprocessing
from classifier.source import Source
from classifier.weights import fingerprint
from tests.classifier.checkpoints import OUTPUTS, copy_with

LAYERS = st.lists(st.tuples(st.integers(1, 12), st.integers(1, 6)), min_size=1, max_size=7)


def frames(samples, layers):
    """How many frames convolutions without padding make of `samples`, counted forwards."""
    for kernel, stride in layers:
        samples = (samples - kernel) // stride + 1 if samples >= kernel else 0
    return samples


@settings(deadline=None)  # the machine may be busy
@given(layers=LAYERS)
def test_least_samples_give_one_frame_and_one_less_gives_none(layers):
    network = Network(
        id2label={0: "sad"},
        conv_kernel=[kernel for kernel, _ in layers],
        conv_stride=[stride for _, stride in layers],
        feat_extract_norm="layer",
    )
    assert frames(network.least_samples, layers) == 1
    assert frames(network.least_samples - 1, layers) == 0


def test_least_samples_of_known_networks():
    assert Network(id2label={0: "sad"}).least_samples == 400, "wav2vec2-base: 25 ms"
    alone = Network(id2label={0: "sad"}, conv_kernel=[400], conv_stride=[160])
    assert alone.least_samples == 560, "a group norm needs two values"


def test_a_whole_directory(group_norm):
    model = read_model(Source(group_norm, "mine"))
    assert (model.name, model.version) == ("mine", fingerprint(group_norm))
    assert model.outputs == OUTPUTS
    assert (model.normalise, model.least_samples) == (True, 2960)
    assert model.calibration == Calibration()


def test_the_description_names_it(group_norm, tmp_path):
    folder = copy_with(group_norm, tmp_path)
    description = {"name": "ours", "version": "7", "calibration": {"temperature": 3}}
    (folder / "vivavoz.json").write_text(json.dumps(description))
    model = read_model(Source(folder, "folder"))
    assert (model.name, model.version, model.calibration.temperature) == ("ours", "7", 3)


def test_labels_of_another_checkpoint_become_ours(layer_norm):
    outputs = read_network(layer_norm).outputs
    assert outputs == ("angry", "neutral", "happy", "neutral", "boredom")


def test_no_config_is_said(tmp_path):
    with pytest.raises(ModelFileError, match=r"no config\.json"):
        read_network(tmp_path)


@pytest.mark.parametrize(
    "changes",
    [
        {"architectures": ["Wav2Vec2ForCTC"]},
        {"architectures": ["Wav2Vec2ForSpeechClassification"]},
        {"model_type": "hubert", "architectures": ["HubertForSequenceClassification"]},
        {"model_type": "hubert", "architectures": None},
        {"model_type": None, "architectures": None},
    ],
    ids=str,
)
def test_another_architecture_is_refused_by_name(group_norm, tmp_path, changes):
    with pytest.raises(ArchitectureError, match=r"only .*Wav2Vec2ForSequenceClass") as error:
        read_network(copy_with(group_norm, tmp_path, **changes))
    named = (changes["architectures"] or [changes["model_type"] or "unknown"])[0]
    assert f"describes {named};" in str(error.value)


def test_another_architecture_is_refused_before_its_fields_are_read(tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "bert", "conv_kernel": "none"}')
    with pytest.raises(ArchitectureError, match="bert"):
        read_network(tmp_path)


def test_an_old_config_may_not_name_its_class(group_norm, tmp_path):
    assert read_network(copy_with(group_norm, tmp_path, architectures=None)).outputs == OUTPUTS


@pytest.mark.parametrize(
    "changes",
    [
        {"id2label": None},
        {"id2label": {}},
        {"id2label": {"0": "sad", "2": "happy"}},
        {"id2label": {"a": "sad"}},
        {"id2label": {"0": "no_speech"}},
        {"id2label": ["sad"]},
        {"conv_stride": [5, 2]},
        {"conv_stride": [0, 1, 2, 2]},
        {"conv_kernel": "wide"},
    ],
    ids=str,
)
def test_a_config_that_contradicts_itself_is_refused(group_norm, tmp_path, changes):
    with pytest.raises(ModelFileError, match=r"config\.json"):
        read_network(copy_with(group_norm, tmp_path, **changes))


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"\xff\xfe"])
def test_a_config_that_is_no_json_is_refused(tmp_path, text):
    (tmp_path / "config.json").write_bytes(text)
    with pytest.raises(ModelFileError, match=r"config\.json"):
        read_network(tmp_path)


@pytest.mark.parametrize("rate", [8000, 44100])
def test_another_sample_rate_is_refused(tmp_path, rate):
    (tmp_path / "preprocessor_config.json").write_text(json.dumps({"sampling_rate": rate}))
    with pytest.raises(SampleRateError, match=f"{rate} Hz; only models for 16000 Hz"):
        read_preprocessing(tmp_path)


@pytest.mark.parametrize("normalise", [True, False])
def test_normalisation_is_what_the_checkpoint_says(tmp_path, normalise):
    content = {"do_normalize": normalise, "return_attention_mask": True, "sampling_rate": 16000}
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(content))
    assert read_preprocessing(tmp_path).do_normalize is normalise


def test_preprocessing_within_a_processor(tmp_path):
    content = {"feature_extractor": {"do_normalize": False}, "processor_class": "x"}
    (tmp_path / "processor_config.json").write_text(json.dumps(content))
    assert read_preprocessing(tmp_path).do_normalize is False


def test_no_preprocessing_is_assumed_aloud(tmp_path, caplog):
    with caplog.at_level(logging.WARNING):
        assert read_preprocessing(tmp_path).do_normalize
    assert "no preprocessor_config.json" in caplog.text
