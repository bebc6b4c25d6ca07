"""The order of training: batches of about one length, shuffled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch.utils.data import Sampler
from transformers.trainer_pt_utils import get_length_grouped_indices

from training.errors import TrainingError


class BatchError(TrainingError, ValueError):
    """There are fewer segments than a step takes; the message says what to do."""


class LengthBatches(Sampler[int]):
    """Indices such that each `batch` of them in a row are of about one length.

    `get_length_grouped_indices` gives 50 batches at a time, the longest first. Length goes with
    corpus and emotion, so in that order a model runs after the drift and learns nothing (measured:
    UAR at chance for six epochs). Here the batches are shuffled once more.

    The order depends on the seed and the epoch alone: each process of a distributed run has the
    same one, and so does a run that goes on from a checkpoint. Processes take batches in turn, and
    each gets as many: what is left over is left out in this epoch, and something else in the next.

    Args:
        lengths: of each example.
        batch: how many examples are taken at a time.
        seed: of the order.
        processes: that share the batches.

    Raises:
        BatchError: there are too few examples for one batch each.
    """

    def __init__(self, lengths: Sequence[int], batch: int, seed: int, processes: int = 1) -> None:
        self._lengths = list(lengths)
        self._batch = batch
        self._seed = seed
        self._batches = len(self._lengths) // (batch * processes) * processes
        if not self._batches:
            raise BatchError(
                f"{len(self._lengths)} segments are fewer than the {batch * processes} of a step: "
                "take a smaller --batch"
            )
        self._epoch = 0

    def __len__(self) -> int:
        return self._batches * self._batch

    def set_epoch(self, epoch: int) -> None:
        """Called by the Trainer before each epoch."""
        self._epoch = epoch

    def __iter__(self) -> Iterator[int]:
        generator = torch.Generator().manual_seed(self._seed * 100_003 + self._epoch)
        grouped = get_length_grouped_indices(self._lengths, self._batch, generator=generator)
        whole = len(grouped) // self._batch
        for i in torch.randperm(whole, generator=generator)[: self._batches].tolist():
            yield from grouped[i * self._batch : (i + 1) * self._batch]
