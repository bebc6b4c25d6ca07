from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper

from tests.training.turn_graph import encoder_weights, write_graph
from training.turn_encoder import EncoderError, read_encoder


def test_weights_come_out_of_8_bits_under_their_names(tmp_path: Path) -> None:
    told = encoder_weights(8)
    read = read_encoder(write_graph(tmp_path / "turn.onnx", told))
    assert read.keys() == told.keys()
    for name, array in told.items():
        assert read[name].shape == array.shape, name
        np.testing.assert_allclose(read[name], array, atol=np.abs(array).max() / 254 + 1e-6)


def test_what_is_stored_as_floats_stays_as_it_is(tmp_path: Path) -> None:
    told = encoder_weights(8)
    read = read_encoder(write_graph(tmp_path / "turn.onnx", told))
    for name in ("embed_positions.weight", "layers.2.fc1.bias", "layers.0.final_layer_norm.weight"):
        np.testing.assert_array_equal(read[name], told[name])


def another_graph() -> bytes:
    graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "other", [], [])
    return bytes(helper.make_model(graph).SerializeToString())


@pytest.mark.parametrize("content", [another_graph(), b"", b"no graph at all"])
def test_another_file_is_refused_and_told_which_it_is_to_be(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.onnx"
    path.write_bytes(content)
    with pytest.raises(EncoderError, match=r"smart-turn-v3\.2-cpu\.onnx out of pipecat-ai"):
        read_encoder(path)


def test_a_graph_with_a_layer_too_few_is_refused(tmp_path: Path) -> None:
    path = write_graph(tmp_path / "turn.onnx", encoder_weights(8))
    model = onnx.load(path)
    products = [node for node in model.graph.node if node.op_type == "MatMul"]
    for node in products[-7:]:
        model.graph.node.remove(node)
    path.write_bytes(model.SerializeToString())
    with pytest.raises(EncoderError):
        read_encoder(path)
