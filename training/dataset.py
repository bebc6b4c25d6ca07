"""Segments as batches of equal length: Wav2Vec2 with group norm answers differently when padded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TypedDict

import numpy as np
import numpy.typing as npt
import torch
from torch.utils.data import Dataset

from training.augment import Augmenter, Wave
from training.manifest import LABELS
from training.segments import RATE, Segments
from training.settings import Balance

LEAST_SAMPLES = RATE // 2
MOST_SAMPLES = 5 * RATE


class Example(TypedDict):
    """One segment: normalised samples, the number of its label, how much it counts."""

    input_values: Wave
    labels: int
    weight: float


def normalise(wave: Wave) -> Wave:
    """Zero mean and unit variance, as `Wav2Vec2FeatureExtractor` does it with ``do_normalize``."""
    normal: Wave = ((wave - wave.mean()) / np.sqrt(wave.var() + 1e-7)).astype(np.float32)
    return normal


class SegmentDataset(Dataset[Example]):
    """Segments for the Trainer.

    Args:
        segments: what to serve.
        augmenter: changes each segment anew each epoch; none for validation.
        even: what counts more where it is scarce.
    """

    def __init__(
        self, segments: Segments, augmenter: Augmenter | None = None, even: Balance = "corpus"
    ) -> None:
        self._segments = segments
        self._augmenter = augmenter
        self.lengths = [cut.length for cut in segments.cuts]
        self.labels = [cut.label for cut in segments.cuts]
        self.weights = balance([_cell(segments, i, even) for i in range(len(segments))])

    def __len__(self) -> int:
        return len(self._segments)

    def __getitem__(self, i: int) -> Example:
        wave: Wave = self._segments.pcm(i).astype(np.float32) / np.float32(32768)
        if self._augmenter:
            # torch's generator is what the Trainer seeds, restores and differs between workers.
            rng = np.random.default_rng(int(torch.randint(2**31, (1,))))
            if len(wave) > MOST_SAMPLES:
                start = int(rng.integers(len(wave) - MOST_SAMPLES))
                wave = wave[start : start + MOST_SAMPLES]
            wave = self._augmenter(wave, rng, self._segments.cuts[i].clip)
        weight = float(self.weights[i])
        return {"input_values": normalise(wave), "labels": self.labels[i], "weight": weight}


def balance(cells: Sequence[Hashable]) -> npt.NDArray[np.float32]:
    """How much each example counts: the inverse square root of the size of its cell, mean 1.

    Args:
        cells: of each example, for instance its corpus and label: neither a large corpus nor a
            common emotion is to drown the others.
    """
    counts = Counter(cells)
    weights = np.array([counts[cell] ** -0.5 for cell in cells], np.float32)
    return weights / weights.mean() if weights.size else weights


def _cell(segments: Segments, i: int, even: Balance) -> Hashable:
    label = segments.cuts[i].label
    match even:
        case "corpus":
            return segments.clip(i).corpus, label
        case "emotion":
            return label
        case "none":
            return None


@dataclass
class Collator:
    """Examples of about one length into a batch of exactly one length, with soft targets.

    Longer examples are cropped at random to the shortest; some batches are cropped further,
    since an interim result sees any part of an utterance. `mixup` is the share of batches in which
    each wave gets a second one on top (Zhang et al., 2018): targets are mixed alike.

    Attributes:
        smoothing: label smoothing.
        mixup: probability of mixing a batch.
        crop: probability of cropping a batch further.
    """

    smoothing: float = 0.05
    mixup: float = 0.1
    crop: float = 0.3

    def __call__(self, examples: Sequence[Example]) -> dict[str, torch.Tensor]:
        """Batch: ``input_values`` (n, samples) float32, ``labels`` (n, classes) float32."""
        rng = np.random.default_rng(int(torch.randint(2**31, (1,))))
        length = max(min(len(e["input_values"]) for e in examples), LEAST_SAMPLES)
        if rng.random() < self.crop:
            length = max(LEAST_SAMPLES, int(length * rng.uniform(0.6, 1.0)))
        waves = torch.from_numpy(
            np.stack([_crop(e["input_values"], length, rng) for e in examples])
        )
        classes = len(LABELS)
        labels = torch.tensor([e["labels"] for e in examples])
        targets = torch.nn.functional.one_hot(labels, classes).float()
        targets = targets * (1 - self.smoothing) + self.smoothing / classes
        targets = targets * torch.tensor([[e["weight"]] for e in examples])
        if rng.random() < self.mixup:
            share = float(rng.beta(0.4, 0.4))
            other = torch.randperm(len(examples))
            waves = share**0.5 * waves + (1 - share) ** 0.5 * waves[other]
            targets = share * targets + (1 - share) * targets[other]
        return {"input_values": waves, "labels": targets}


def _crop(wave: Wave, length: int, rng: np.random.Generator) -> Wave:
    if len(wave) < length:  # rare: repeated rather than padded
        wave = np.tile(wave, -(-length // len(wave)))
    start = int(rng.integers(len(wave) - length + 1))
    return normalise(wave[start : start + length])
