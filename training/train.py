"""Training with the Hugging Face Trainer: one function, from a manifest to a checkpoint."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from accelerate import PartialState
from sklearn.metrics import accuracy_score, recall_score
from torch.utils.data import Sampler
from transformers import (
    EarlyStoppingCallback,
    EvalPrediction,
    Trainer,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
    set_seed,
)
from transformers.modeling_outputs import SequenceClassifierOutput

from training.augment import Augmenter
from training.babble import Babble
from training.band_sharing import ShareBands
from training.base import build_model, build_optimizer, feature_extractor, freeze
from training.compact import shared_convolutions
from training.dataset import Collator, Example, SegmentDataset
from training.distil import Teachers, lesson_loss, pupil_of
from training.manifest import EMOTIONS, LABELS, read_rooms
from training.run import STATE, write_facts
from training.sampler import LengthBatches
from training.segments import Segments
from training.settings import TrainSettings
from training.splits import load_segments
from training.turn_teacher import TurnTeacher

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
        return LengthBatches(
            dataset.lengths, self.args.train_batch_size, self.args.seed, self.args.world_size
        )

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


class LogEachEpoch(TrainerCallback):
    """Logs the loss before each checkpoint.

    The Trainer counts the losses since its last log, and forgets them when it is killed: without
    this, the first loss after a resumption is the mean of fewer steps than in a run that went
    through.
    """

    def on_epoch_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **rest: Any
    ) -> TrainerControl:
        """Ask for a log."""
        del args, state, rest
        control.should_log = True
        return control


def arguments_of(settings: TrainSettings) -> TrainingArguments:
    """What the Trainer is told. In several processes, each call joins its group of them."""
    cuda = torch.cuda.is_available()
    return TrainingArguments(
        output_dir=str(settings.out),
        num_train_epochs=settings.epochs,
        per_device_train_batch_size=settings.batch,
        per_device_eval_batch_size=1,  # no padding, no cropping: as served
        learning_rate=settings.rate,
        lr_scheduler_type="cosine",
        warmup_steps=0.05,
        weight_decay=0.05,
        max_grad_norm=1.0,
        bf16=torch.cuda.is_bf16_supported() if cuda else torch.backends.mkldnn.is_available(),
        use_cpu=not cuda,
        # The loss is a mean over examples already; else it is multiplied by the processes.
        average_tokens_across_devices=False,
        eval_strategy="epoch",
        save_strategy="epoch",
        dataloader_prefetch_factor=4 if settings.workers else None,
        save_total_limit=max(settings.keep, 2),  # the best and the last
        load_best_model_at_end=True,
        metric_for_best_model="uar",
        restore_callback_states_from_checkpoint=bool(settings.patience),
        logging_steps=50,
        report_to=["tensorboard"],
        dataloader_num_workers=settings.workers,
        dataloader_drop_last=False,  # the sampler does; of validation nothing is to be dropped
        remove_unused_columns=False,
        label_names=["labels"],
        seed=settings.seed,
    )


def learning_dataset(settings: TrainSettings, learn: Segments) -> SegmentDataset:
    """The segments to learn from, changed anew each epoch."""
    noises = [c for c in learn.clips if c.label not in EMOTIONS]
    rooms = read_rooms(settings.sounds) if settings.sounds else []
    babble = Babble(learn, settings.augment) if settings.augment.babble else None
    augmenter = Augmenter(noises, rooms, settings.out.parent / "cache", settings.augment, babble)
    return SegmentDataset(learn, augmenter, settings.balance)


def train(settings: TrainSettings) -> Path:
    """Train, or continue a run that stopped. Returns the folder of the best epoch's model.

    Started by ``torchrun`` or ``accelerate launch``, each process learns from its own part.
    """
    set_seed(settings.seed)
    arguments = arguments_of(settings)
    with arguments.main_process_first(desc="cutting segments"):  # the others read its cache
        learn, check = load_segments(settings, "train"), load_segments(settings, "validation")
        dataset = learning_dataset(settings, learn)
    if is_first_process():
        log.info(
            "%d segments, %.2f h to learn from; %d to check on", len(learn), learn.hours, len(check)
        )
    model = build_model(settings)
    if isinstance(model, TurnTeacher):
        model.settle(SegmentDataset(learn))
    teachers = Teachers(settings.teachers) if settings.teachers else None
    if teachers:
        model = pupil_of(model, teachers.units)
        freeze(model, settings)  # a pupil is another object
    trainer = SegmentTrainer(
        teachers=teachers,
        model=model,
        args=arguments,
        data_collator=TrainOrCheck(Collator(settings.smoothing, settings.mixup)),
        train_dataset=dataset,
        eval_dataset=SegmentDataset(check),
        compute_metrics=score,
        compute_loss_func=soft_cross_entropy,
        callbacks=[LogEachEpoch(), ShareBands(shared_convolutions(model))],
        optimizers=(build_optimizer(model, settings), None),
        processing_class=feature_extractor(model),
    )
    if settings.patience:
        trainer.add_callback(EarlyStoppingCallback(settings.patience))
    if arguments.process_index:  # else all processes drop out and augment alike
        set_seed(settings.seed + 1000 * arguments.process_index)
    trainer.train(resume_from_checkpoint=last_whole(settings.out))
    best = settings.out / "best"
    trainer.save_model(str(best))
    trainer.save_state()
    if is_first_process():
        write_facts(settings, learn, check)
    return best


def is_first_process() -> bool:
    """Whether this is the only process of a run, or the first of several."""
    return bool(PartialState().is_main_process)


def last_whole(run: Path) -> str | None:
    """The last checkpoint that was written to its end: the Trainer's state is written last."""
    for folder in sorted(run.glob("checkpoint-*"), key=lambda f: -int(f.name.split("-")[1])):
        try:
            json.loads((folder / STATE).read_text())
        except (OSError, ValueError):
            log.warning("%s was not written to its end: going back to the one before", folder)
        else:
            return str(folder)
    return None


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
