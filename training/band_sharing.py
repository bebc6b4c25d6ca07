"""Convolutions over bands that share their weights: a pattern means the same a little higher.

`Wav2Vec2Config` has convolutions over time alone; each sees all bands at once and has to learn what
a pattern means at every height anew. Written out, a two-dimensional convolution over bands and time
is one of them whose weights repeat, shifted, and are zero far away. So they start like that, and
`ShareBands` keeps them like that while they learn: gradients are averaged over the bands that share
a weight. The model itself is transformers' own, and whoever trains it further need not keep it up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments


@dataclass(frozen=True, slots=True)
class BandLayout:
    """How the channels of a convolution lie in bands: ``channel = band * features + feature``.

    Attributes:
        bands: of the input, even; the output has half as many.
        inputs: features of each input band.
        outputs: features of each output band.
        reach: bands that an output sees, odd.
    """

    bands: int
    inputs: int
    outputs: int
    reach: int = 5

    @property
    def channels(self) -> int:
        """Of the output."""
        return self.bands // 2 * self.outputs

    def fits(self, convolution: nn.Conv1d) -> bool:
        """Whether a convolution has as many channels as this layout."""
        return (
            convolution.in_channels == self.bands * self.inputs
            and convolution.out_channels == self.channels
        )

    @torch.no_grad()
    def share(self, weight: torch.Tensor) -> None:
        """Replace each weight by the mean over the bands that share it, and far ones by 0.

        Args:
            weight: of a convolution, or its gradient: (channels out, channels in, kernel).
        """
        grid = self.grid(weight)
        shared = torch.zeros_like(grid)
        for at, near in self._neighbours():
            shared[at, :, near] = grid[at, :, near].mean(0)
        grid.copy_(shared)

    @torch.no_grad()
    def share_bias(self, bias: torch.Tensor) -> None:
        """The same of a bias, or its gradient: (channels out,)."""
        grid = bias.view(self.bands // 2, self.outputs)
        grid.copy_(grid.mean(0).expand_as(grid))

    @torch.no_grad()
    def start(self, convolution: nn.Conv1d) -> None:
        """Random weights that share, of the spread that keeps the variance (He et al., 2015)."""
        kernel = convolution.kernel_size[0]
        spread = (2 / (self.reach * self.inputs * kernel)) ** 0.5
        convolution.weight.zero_()
        grid = self.grid(convolution.weight)
        for at, near in self._neighbours():
            grid[at, :, near] = torch.randn(self.outputs, self.inputs, kernel) * spread
        if convolution.bias is not None:
            convolution.bias.zero_()

    def grid(self, weight: torch.Tensor) -> torch.Tensor:
        """A weight seen as (bands out, outputs, bands in, inputs, kernel)."""
        return weight.view(self.bands // 2, self.outputs, self.bands, self.inputs, -1)

    def _neighbours(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """For each place in reach: the output bands, and the input band that each sees there."""
        half = self.reach // 2
        for offset in range(-half, half + 1):
            at = torch.arange(self.bands // 2)
            near = 2 * at + offset
            inside = (near >= 0) & (near < self.bands)
            yield at[inside], near[inside]


class ShareBands(TrainerCallback):
    """Has convolutions share gradients before each step, so that what starts equal stays equal.

    Args:
        layers: each convolution with its layout.
    """

    def __init__(self, layers: Sequence[tuple[nn.Conv1d, BandLayout]]) -> None:
        self._layers = layers

    def on_pre_optimizer_step(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **rest: Any
    ) -> None:
        """Average the gradients."""
        del args, state, control, rest
        for convolution, layout in self._layers:
            if convolution.weight.grad is not None:
                layout.share(convolution.weight.grad)
            if convolution.bias is not None and convolution.bias.grad is not None:
                layout.share_bias(convolution.bias.grad)
