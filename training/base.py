"""What is trained: a compact model, a teacher or a pretrained one; which of it, at which rates."""

from __future__ import annotations

import re
from pathlib import Path

import torch
from transformers import (
    AutoConfig,
    AutoModelForAudioClassification,
    PreTrainedModel,
    Wav2Vec2Config,
    Wav2Vec2FeatureExtractor,
)

from training.compact import KNOWN, compact_model, is_compact
from training.errors import TrainingError
from training.manifest import LABELS
from training.segments import RATE
from training.settings import TrainSettings
from training.teacher import Teacher, TeacherConfig
from training.turn_teacher import TurnTeacher


class BaseError(TrainingError, ValueError):
    """The checkpoint to start from cannot be trained as asked; the message says why."""


def build_model(settings: TrainSettings) -> PreTrainedModel:
    """A teacher, the compact model, one trained before, or a pretrained one with a fresh head.

    Raises:
        BaseError: the base is no Wav2Vec2, or has fewer layers than are to be frozen.
        EncoderError: the base is a graph, but not smart-turn's.
        OSError: there is no such file or folder, nor is the checkpoint on the Hub.
    """
    if settings.base == "teacher":
        return Teacher(TeacherConfig(num_labels=len(LABELS)))
    if settings.base.endswith(".onnx"):
        return TurnTeacher.begin(Path(settings.base), num_labels=len(LABELS))
    if settings.base == "compact":
        model = compact_model(LABELS, width=settings.width, layers=settings.layers)
    else:
        model = _pretrained(settings.base)
    freeze(model, settings)
    return model


def _pretrained(base: str) -> PreTrainedModel:
    config = AutoConfig.from_pretrained(base)
    if not isinstance(config, Wav2Vec2Config):
        raise BaseError(
            f"{base} is a {config.model_type}; what serves opens Wav2Vec2 alone: "
            "take facebook/wav2vec2-base or another of its kind"
        )
    model: PreTrainedModel = AutoModelForAudioClassification.from_pretrained(
        base,
        num_labels=len(LABELS),
        id2label=dict(enumerate(LABELS)),
        label2id={label: i for i, label in enumerate(LABELS)},
        ignore_mismatched_sizes=True,  # a classifier of other emotions gets a fresh head
    )
    return model


def freeze(model: PreTrainedModel, settings: TrainSettings) -> None:
    """Leave as they are the convolutions and the lowest layers, where the settings ask for it.

    Raises:
        BaseError: it has fewer layers than are to be frozen.
    """
    layers = model.wav2vec2.encoder.layers
    if not 0 <= settings.freeze_layers <= len(layers):
        raise BaseError(
            f"{settings.base} has {len(layers)} layers, so {settings.freeze_layers} cannot be "
            f"frozen: take 0 to {len(layers)}"
        )
    # Pretrained convolutions learned from far more speech than there is here.
    learned = settings.freeze == "auto" and not is_compact(model.config)
    if settings.freeze == "front" or learned or settings.freeze_layers:
        model.freeze_feature_encoder()
    elif settings.freeze == "auto":
        _freeze_known(model)
    if settings.freeze_layers:
        below = (model.wav2vec2.feature_projection, model.wav2vec2.encoder.pos_conv_embed)
        for part in (*below, *layers[: settings.freeze_layers]):
            part.requires_grad_(False)


def _freeze_known(model: PreTrainedModel) -> None:
    """Leave the filterbank and the logarithm of a compact model: a third of a step's time less.

    With one rate for all, their large, never centred activations made training collapse to one
    class.
    """
    encoder = model.wav2vec2.feature_extractor
    encoder.conv_layers[:KNOWN].requires_grad_(False)
    encoder._requires_grad = False  # else it asks for gradients of the waves


def build_optimizer(model: PreTrainedModel, settings: TrainSettings) -> torch.optim.Optimizer:
    """AdamW; with `layer_decay`, at smaller rates for what is known already: near the sound."""
    rates: dict[float, list[torch.nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            rates.setdefault(_layer_share(name, model, settings), []).append(parameter)
    return torch.optim.AdamW(
        [{"params": group, "lr": settings.rate * share} for share, group in rates.items()],
        weight_decay=0.05,
    )


def _layer_share(name: str, model: PreTrainedModel, settings: TrainSettings) -> float:
    """Of the rate, by how many transformer layers lie between a weight and the head."""
    if settings.layer_decay == 1 or not name.startswith("wav2vec2."):
        return 1.0
    count: int = model.config.num_hidden_layers
    layer = re.search(r"encoder\.layers\.(\d+)\.", name)
    steps = count - int(layer[1]) if layer else count + 1
    return float(settings.layer_decay**steps)


def feature_extractor(model: PreTrainedModel) -> Wav2Vec2FeatureExtractor:
    """The preprocessing that goes with the model: zero mean and unit variance at 16 kHz.

    Whoever pads a batch elsewhere has to mask it for models with layer norm (XLSR), and must not
    for those with group norm. Here nothing is ever padded.
    """
    mask = getattr(model.config, "feat_extract_norm", "group") == "layer"
    return Wav2Vec2FeatureExtractor(
        feature_size=1, sampling_rate=RATE, do_normalize=True, return_attention_mask=mask
    )
