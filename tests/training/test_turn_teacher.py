from pathlib import Path

import pytest
import torch
from transformers import WhisperFeatureExtractor

from tests.training.turn_graph import encoder_weights, write_graph
from training.distil import Teachers
from training.manifest import LABELS
from training.teacher import Teacher, TeacherConfig
from training.turn_teacher import LAYERS, TurnTeacher, WhisperMel

RATE = 16000
SIZES = {"width": 12, "heads": 2, "units": 6, "num_labels": len(LABELS)}


@pytest.fixture
def graph(tmp_path: Path) -> Path:
    return write_graph(tmp_path / "turn.onnx", encoder_weights(12))


def test_it_sees_what_whisper_sees() -> None:
    wave = torch.randn(RATE).mul(0.1).numpy()
    told = WhisperFeatureExtractor(feature_size=80, chunk_length=1)(
        wave, sampling_rate=RATE, return_tensors="pt"
    ).input_features
    torch.testing.assert_close(WhisperMel()(torch.from_numpy(wave)[None]), told, atol=1e-4, rtol=0)


def test_it_begins_with_the_encoder_it_was_given(graph: Path) -> None:
    teacher = TurnTeacher.begin(graph, **SIZES)
    told = encoder_weights(12)["layers.1.self_attn.out_proj.bias"]
    torch.testing.assert_close(
        teacher.encoder.layers[1].self_attn.out_proj.bias.detach(), torch.from_numpy(told)
    )
    assert len(teacher.encoder.layers) == LAYERS


def test_it_answers_at_any_length_and_gives_25_frames_a_second(graph: Path) -> None:
    teacher = TurnTeacher.begin(graph, **SIZES).eval()
    for seconds in (0.3, 1, 8, 12):
        frames, logits = teacher.hear(torch.randn(2, int(seconds * RATE)))
        assert logits.shape == (2, len(LABELS))
        assert frames.shape == (2, -(-int(min(seconds, 8) * 50) // 2), teacher.units)


def test_a_saved_one_teaches_beside_one_of_another_kind(graph: Path, tmp_path: Path) -> None:
    turn = TurnTeacher.begin(graph, **SIZES).eval()
    turn.save_pretrained(tmp_path / "turn")
    other = Teacher(TeacherConfig((4, 4, 8, 8), 8, num_labels=len(LABELS)))
    other.save_pretrained(tmp_path / "other")
    waves = torch.randn(3, RATE)
    teachers = Teachers([tmp_path / "turn", tmp_path / "other"])
    torch.testing.assert_close(teachers.each[0](waves).logits, turn(waves).logits)
    lesson = teachers(waves)
    assert lesson.frames.shape == (3, 25, teachers.units) == (3, 25, 12 + 16)
    assert lesson.answers.shape == (3, len(LABELS))
