from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from transformers import Wav2Vec2ForSequenceClassification

from training.compact import compact_model
from training.distil import Lesson, Pupil, Teachers, lesson_loss, pupil_of
from training.manifest import LABELS
from training.settings import TrainSettings
from training.teacher import Teacher, TeacherConfig
from training.train import train

RATE = 16000


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two small teachers who do not agree."""
    paths = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        teacher = Teacher(TeacherConfig((4, 4, 8, 8), 8, num_labels=len(LABELS)))
        paths.append(tmp_path_factory.mktemp("teachers") / str(seed))
        teacher.save_pretrained(paths[-1])
    return paths[0], paths[1]


def pupil() -> Pupil:
    torch.manual_seed(3)
    return pupil_of(compact_model(LABELS, width=48, layers=1), 32)


def test_teachers_answer_with_one_voice_and_learn_nothing(folders: tuple[Path, Path]) -> None:
    teachers = Teachers(folders)
    waves = torch.randn(3, RATE)
    both, first, second = (
        teachers(waves),
        Teachers(folders[:1])(waves),
        Teachers(folders[1:])(waves),
    )
    torch.testing.assert_close(both.answers, (first.answers + second.answers) / 2)
    torch.testing.assert_close(both.answers.sum(-1), torch.ones(3))
    assert both.frames.shape == (3, 25, teachers.units) == (3, 25, 32)
    assert not any(p.requires_grad for p in teachers.parameters())


def test_a_pupil_is_the_classifier_it_came_from() -> None:
    torch.manual_seed(3)
    model = compact_model(LABELS, width=48, layers=1).eval()
    wave = torch.randn(2, RATE)
    grown = pupil_of(model, 32).eval()
    torch.testing.assert_close(grown(wave).logits, model(wave).logits)
    assert grown(wave).hidden_states is None
    assert grown.train()(wave).hidden_states[0].shape[-1] == 32


def test_the_loss_falls_when_the_pupil_hears_as_its_teachers_do(
    folders: tuple[Path, Path],
) -> None:
    """No label says anything here: what is learned is learned from the teachers."""
    learner, teachers = pupil(), Teachers(folders)
    waves = torch.randn(4, RATE) * torch.rand(4, 1)
    lesson, labels = teachers(waves), torch.full((4, len(LABELS)), 1 / len(LABELS))
    optimizer = torch.optim.AdamW(learner.parameters(), 2e-3)
    learner.train()
    first = None
    for _ in range(25):
        loss = lesson_loss(learner(waves), labels, lesson)
        first = first or loss.item()
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    assert loss.item() < first * 0.9
    head = learner.imitation.weight.grad
    assert head is None or torch.isfinite(head).all()


def test_answers_count_as_much_as_their_example() -> None:
    learner = pupil().train()
    waves = torch.randn(2, RATE)
    torch.manual_seed(0)
    outputs = learner(waves)
    answers = torch.eye(len(LABELS))[[0, 1]]
    lesson = Lesson(answers, outputs.hidden_states[0].detach())
    labels = torch.zeros(2, len(LABELS))
    nothing = lesson_loss(outputs, labels, lesson)
    labels[0, 0] = 1.0
    assert nothing.item() == pytest.approx(0, abs=1e-5)
    assert lesson_loss(outputs, labels, lesson).item() > 0.5


def test_a_run_with_teachers_leaves_a_plain_classifier(
    tiny: TrainSettings, folders: tuple[Path, Path]
) -> None:
    settings = replace(tiny, out=tiny.out.parent / "pupil", teachers=folders, epochs=1)
    best = train(settings)
    assert "imitation.weight" in load_file(best / "model.safetensors")  # so that it can go on
    model = Wav2Vec2ForSequenceClassification.from_pretrained(best)
    assert not [name for name, _ in model.named_parameters() if "imitation" in name]
    assert model.config.model_type == "wav2vec2"
