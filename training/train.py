"""Training with the Hugging Face Trainer: one function, from a manifest to a checkpoint."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.metrics import accuracy_score, recall_score
from torch.utils.data import Sampler
from transformers import (
    EvalPrediction,
    PreTrainedModel,
    Trainer,
    TrainingArguments,
    Wav2Vec2FeatureExtractor,
    Wav2Vec2ForSequenceClassification,
    set_seed,
)
from transformers.modeling_outputs import SequenceClassifierOutput
from transformers.trainer_utils import get_last_checkpoint

from training.augment import Augmenter
from training.compact import compact_model, is_compact
from training.dataset import Collator, Example, SegmentDataset
from training.distil import Teachers, lesson_loss, pupil_of
from training.manifest import EMOTIONS, LABELS, read_rooms
from training.run import write_facts
from training.sampler import LengthBatches
from training.segments import RATE
from training.settings import TrainSettings
from training.splits import load_segments
from training.teacher import Teacher, TeacherConfig

log = logging.getLogger(__name__)


class SegmentTrainer(Trainer):
    """The Trainer with batches of about one length, and teachers where there are any.

    Args:
        teachers: hear each batch that the model learns from; None to learn from labels alone.
        rest: as for `Trainer`.
    """

    def __init__(self, *, teachers: Teachers | None = None, **rest: Any) -> None:
        super().__init__(**rest)
        self._teachers = teachers.to(self.args.device) if teachers else None

    def _get_train_sampler(self, train_dataset: Any = None) -> Sampler[int]:
        dataset = train_dataset or self.train_dataset
        return LengthBatches(dataset.lengths, self.args.train_batch_size, self.args.seed)

    def compute_loss(
        self,
        model: torch.nn.Module,
        inputs: dict[str, torch.Tensor],
        return_outputs: bool = False,
        num_items_in_batch: Any = None,
    ) -> Any:
        """The loss of a batch: labels', and while learning from teachers theirs too."""
        if self._teachers is None or not model.training:
            return super().compute_loss(model, inputs, return_outputs, num_items_in_batch)
        outputs = model(inputs["input_values"])
        lesson = self._teachers(inputs["input_values"])
        loss = lesson_loss(outputs, inputs["labels"], lesson)
        return (loss, outputs) if return_outputs else loss


def soft_cross_entropy(
    outputs: SequenceClassifierOutput, labels: torch.Tensor, num_items_in_batch: Any = None
) -> torch.Tensor:
    """Cross-entropy against weighted soft targets, mean over the batch."""
    del num_items_in_batch
    logits: torch.Tensor = outputs.logits
    return -(labels * logits.float().log_softmax(-1)).sum(-1).mean()


def score(prediction: EvalPrediction) -> dict[str, float]:
    """UAR and accuracy over the six emotions on speech, and how well `no_speech` is told."""
    logits = np.asarray(prediction.predictions)
    truth = np.asarray(prediction.label_ids).argmax(-1)
    speech = truth < len(EMOTIONS)
    guess = logits[:, : len(EMOTIONS)].argmax(-1)
    refused = logits.argmax(-1) == len(EMOTIONS)
    return {
        "uar": float(recall_score(truth[speech], guess[speech], average="macro", zero_division=0)),
        "accuracy": float(accuracy_score(truth[speech], guess[speech])),
        "speech_refused": float(refused[speech].mean()),
        "noise_refused": float(refused[~speech].mean()) if (~speech).any() else 1.0,
    }


def build_model(settings: TrainSettings) -> PreTrainedModel:
    """A teacher, the compact model, one trained before, or a pretrained one with a fresh head."""
    if settings.base == "teacher":
        return Teacher(TeacherConfig(num_labels=len(LABELS)))
    if settings.base == "compact":
        return compact_model(LABELS, width=settings.width, layers=settings.layers)
    model: Wav2Vec2ForSequenceClassification = Wav2Vec2ForSequenceClassification.from_pretrained(
        settings.base,
        num_labels=len(LABELS),
        id2label=dict(enumerate(LABELS)),
        label2id={label: i for i, label in enumerate(LABELS)},
    )
    if not is_compact(model.config):  # learned from far more speech than there is here
        model.freeze_feature_encoder()
    return model


def build_optimizer(model: PreTrainedModel, settings: TrainSettings) -> torch.optim.Optimizer:
    """AdamW, with smaller rates where a compact model starts from what is known."""
    front = settings.front_rate if is_compact(model.config) else 1.0
    rates: dict[float, list[torch.nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        share = 1.0
        if "conv_layers.0." in name or "conv_layers.1." in name:
            share = front
        elif "conv_layers." in name:
            share = front**0.5
        rates.setdefault(share, []).append(parameter)
    return torch.optim.AdamW(
        [{"params": group, "lr": settings.rate * share} for share, group in rates.items()],
        weight_decay=0.05,
    )


def train(settings: TrainSettings) -> Path:
    """Train, or continue a run that stopped. Returns the folder of the best epoch's model."""
    set_seed(settings.seed)
    learn, check = load_segments(settings, "train"), load_segments(settings, "validation")
    noises = [c for c in learn.clips if c.label not in EMOTIONS]
    rooms = read_rooms(settings.sounds) if settings.sounds else []
    augmenter = Augmenter(noises, rooms, settings.out.parent / "cache")
    dataset = SegmentDataset(learn, augmenter)
    log.info(
        "%d segments, %.2f h to learn from; %d to check on", len(learn), learn.hours, len(check)
    )
    cuda = torch.cuda.is_available()
    arguments = TrainingArguments(
        output_dir=str(settings.out),
        num_train_epochs=settings.epochs,
        per_device_train_batch_size=settings.batch,
        per_device_eval_batch_size=1,  # no padding, no cropping: as served
        learning_rate=settings.rate,
        lr_scheduler_type="cosine",
        warmup_steps=0.05,
        weight_decay=0.05,
        max_grad_norm=1.0,
        bf16=cuda or torch.backends.mkldnn.is_available(),
        use_cpu=not cuda,
        eval_strategy="epoch",
        save_strategy="epoch",
        dataloader_prefetch_factor=4 if settings.workers else None,
        save_total_limit=max(settings.keep, 2),  # the best and the last
        load_best_model_at_end=True,
        metric_for_best_model="uar",
        logging_steps=50,
        report_to=["tensorboard"],
        dataloader_num_workers=settings.workers,
        dataloader_drop_last=True,
        remove_unused_columns=False,
        label_names=["labels"],
        seed=settings.seed,
    )
    model = build_model(settings)
    teachers = Teachers(settings.teachers) if settings.teachers else None
    if teachers:
        model = pupil_of(model, teachers.units)
    trainer = SegmentTrainer(
        teachers=teachers,
        model=model,
        args=arguments,
        data_collator=TrainOrCheck(Collator(mixup=settings.mixup)),
        train_dataset=dataset,
        eval_dataset=SegmentDataset(check),
        compute_metrics=score,
        compute_loss_func=soft_cross_entropy,
        optimizers=(build_optimizer(model, settings), None),
        processing_class=feature_extractor(),
    )
    last = get_last_checkpoint(str(settings.out)) if settings.out.exists() else None
    trainer.train(resume_from_checkpoint=last)
    best = settings.out / "best"
    trainer.save_model(str(best))
    trainer.save_state()
    write_facts(settings, learn, check)
    return best


@dataclass
class TrainOrCheck:
    """The training collator for batches; a single example, which is validation, stays as it is."""

    training: Collator

    def __call__(self, examples: list[Example]) -> dict[str, torch.Tensor]:
        """Collate; see `Collator`."""
        if len(examples) > 1:
            return self.training(examples)
        labels = torch.tensor([e["labels"] for e in examples])
        return {
            "input_values": torch.from_numpy(np.stack([e["input_values"] for e in examples])),
            "labels": torch.nn.functional.one_hot(labels, len(LABELS)).float(),
        }


def feature_extractor() -> Wav2Vec2FeatureExtractor:
    """The preprocessing that goes with the model: zero mean and unit variance at 16 kHz."""
    return Wav2Vec2FeatureExtractor(
        feature_size=1, sampling_rate=RATE, do_normalize=True, return_attention_mask=False
    )
