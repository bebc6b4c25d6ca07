"""Learning from teachers: what they say of a segment, and how they hear it frame by frame.

Seven numbers a clip are little to learn from. A layer of a teacher says something of each 40 ms,
and hears the very batch that the pupil hears, mixed and noisy as it is, so that there is always a
right answer (Beyer et al., 2022, "a good teacher is patient and consistent").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

import torch
from torch import nn
from torch.nn import functional
from transformers import PreTrainedConfig, Wav2Vec2Config, Wav2Vec2ForSequenceClassification
from transformers.modeling_outputs import SequenceClassifierOutput

from training.teacher import Teacher
from training.turn_teacher import TurnTeacher, TurnTeacherConfig

TEMPERATURE: Final = 2.0
"""Softens both sides (Hinton et al., 2015)."""
LABEL_SHARE: Final = 0.3
"""Of the labels' loss; the rest is the teachers' answers'."""
FRAME_SHARE: Final = 1.0
"""Of the frames' loss, beside these two."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """What teachers make of a batch.

    Attributes:
        answers: their mean probabilities at `TEMPERATURE`, (n, labels).
        frames: a layer of each side by side, each frame of zero mean and unit variance,
            (n, frames, units).
    """

    answers: torch.Tensor
    frames: torch.Tensor


def open_teacher(folder: Path) -> Teacher | TurnTeacher:
    """A trained teacher, of the kind that its configuration says.

    Raises:
        OSError: there is none in the folder.
    """
    kind, _ = PreTrainedConfig.get_config_dict(folder)
    one = TurnTeacher if kind.get("model_type") == TurnTeacherConfig.model_type else Teacher
    teacher: Teacher | TurnTeacher = one.from_pretrained(folder)
    return teacher


class Teachers(nn.Module):
    """Trained teachers, which learn no more.

    Args:
        folders: of each, a run's ``best`` or a checkpoint.

    Attributes:
        units: the width of a lesson's frames.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        super().__init__()
        each = [open_teacher(folder).eval() for folder in folders]
        self.each = nn.ModuleList(each)
        self.units = sum(teacher.units for teacher in each)
        self.requires_grad_(False)

    @torch.no_grad()
    def forward(self, waves: torch.Tensor) -> Lesson:
        """What they make of waves (n, samples) of zero mean and unit variance."""
        heard = [cast(Teacher | TurnTeacher, teacher).hear(waves) for teacher in self.each]
        answers = [(logits.float() / TEMPERATURE).softmax(-1) for _, logits in heard]
        # All give 25 frames a second; their first windows differ by a few samples.
        count = min(frames.shape[1] for frames, _ in heard)
        frames = [functional.layer_norm(f[:, :count], f.shape[-1:]) for f, _ in heard]
        return Lesson(torch.stack(answers).mean(0), torch.cat(frames, -1))


class Pupil(Wav2Vec2ForSequenceClassification):
    """A Wav2Vec2 classifier that, while it learns, also tells how its teachers hear each frame.

    Its checkpoints load as `Wav2Vec2ForSequenceClassification`; what they hold besides is left out.

    Args:
        config: of the classifier.
        units: of its teachers' frames.
    """

    def __init__(self, config: Wav2Vec2Config, units: int) -> None:
        super().__init__(config)
        self.imitation = nn.Linear(config.hidden_size, units)

    def forward(
        self, input_values: torch.Tensor, labels: torch.Tensor | None = None
    ) -> SequenceClassifierOutput:
        """Logits, and while training the imitated frames as the only hidden state."""
        del labels  # the Trainer's loss takes them
        hidden = self.wav2vec2(input_values).last_hidden_state
        logits = self.classifier(self.projector(hidden).mean(1))
        told = (self.imitation(hidden),) if self.training else None
        return SequenceClassifierOutput(logits=logits, hidden_states=told)


def pupil_of(model: Wav2Vec2ForSequenceClassification, units: int) -> Pupil:
    """The same model with what it needs to learn from teachers whose frames have `units`."""
    pupil = Pupil(model.config, units)
    pupil.load_state_dict(model.state_dict(), strict=False)
    return pupil


def lesson_loss(
    outputs: SequenceClassifierOutput, labels: torch.Tensor, lesson: Lesson
) -> torch.Tensor:
    """How far a pupil is from labels, teachers' answers and teachers' frames.

    Args:
        outputs: of a `Pupil` that is training.
        labels: soft targets (n, labels); their sum is how much an example counts.
        lesson: what the teachers make of the same waves.
    """
    logits = outputs.logits.float()
    by_label = -(labels * logits.log_softmax(-1)).sum(-1).mean()
    soft = (logits / TEMPERATURE).log_softmax(-1)
    apart = functional.kl_div(soft, lesson.answers, reduction="none").sum(-1)
    by_answer = (apart * labels.sum(-1)).mean() * TEMPERATURE**2
    told = outputs.hidden_states[0].float().transpose(1, 2)
    # Both give 25 frames a second, but their first windows differ by a few samples.
    told = functional.interpolate(told, lesson.frames.shape[1], mode="linear").transpose(1, 2)
    by_frame = functional.smooth_l1_loss(told, lesson.frames)
    loss: torch.Tensor = LABEL_SHARE * by_label + (1 - LABEL_SHARE) * by_answer
    return loss + FRAME_SHARE * by_frame
