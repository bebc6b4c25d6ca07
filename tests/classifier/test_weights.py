from __future__ import annotations

import pytest

from classifier import PickleRefusedError, WeightsError
from classifier.weights import check_torch_weights, fingerprint, has_graph, has_safetensors


def fill(folder, **files):
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_bytes(content)
    return folder


def test_fingerprint_is_of_the_weights_alone(tmp_path):
    first = fingerprint(fill(tmp_path, model__safetensors=b"one", config__json=b"{}"))
    assert len(first) == 8
    assert int(first, 16) >= 0
    fill(tmp_path, config__json=b"{ }", model__onnx=b"graph")
    assert fingerprint(tmp_path) == first, "whichever runtime reads it"
    assert fingerprint(fill(tmp_path, model__safetensors=b"two")) != first


def test_fingerprint_takes_every_shard(tmp_path):
    shard = tmp_path / "model-00002-of-00002.safetensors"
    (tmp_path / "model-00001-of-00002.safetensors").write_bytes(b"one")
    shard.write_bytes(b"two")
    first = fingerprint(tmp_path)
    shard.write_bytes(b"2")
    assert fingerprint(tmp_path) != first
    assert has_safetensors(tmp_path)


@pytest.mark.parametrize("name", ["model.onnx", "pytorch_model.bin"])
def test_fingerprint_of_other_weights(tmp_path, name):
    (tmp_path / name).write_bytes(b"one")
    first = fingerprint(tmp_path)
    (tmp_path / name).write_bytes(b"two")
    assert fingerprint(tmp_path) != first


def test_no_weights_is_said(tmp_path):
    with pytest.raises(WeightsError, match=r"no model\.safetensors and no model\.onnx"):
        fingerprint(tmp_path)
    with pytest.raises(WeightsError, match="--online"):
        check_torch_weights(fill(tmp_path, model__onnx=b"graph"), allow_pickle=True)
    assert has_graph(tmp_path)


def test_pickles_need_leave(tmp_path):
    fill(tmp_path, pytorch_model__bin=b"pickle")
    with pytest.raises(PickleRefusedError, match="--allow-pickle"):
        check_torch_weights(tmp_path, allow_pickle=False)
    check_torch_weights(tmp_path, allow_pickle=True)
    check_torch_weights(fill(tmp_path, model__safetensors=b"one"), allow_pickle=False)
