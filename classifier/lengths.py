"""How many frames a wave gives, and the round lengths that a runtime may run instead."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

STEP: Final = 8
"""Frames: 160 ms of wav2vec2-base. At 3 s it costs 3 % of the time on average, and up to 8 s there
are 50 lengths."""


class Layer(NamedTuple):
    """A convolution of the feature encoder, which pads nothing."""

    kernel: int
    stride: int

    def outputs(self, count: int) -> int:
        """How many values `count` values give."""
        return (count - self.kernel) // self.stride + 1

    def inputs(self, count: int) -> int:
        """The fewest values that give `count`."""
        return (count - 1) * self.stride + self.kernel


class Lengths(NamedTuple):
    """Of one wave.

    Attributes:
        padded: samples to run.
        steps: true number of values behind the first convolution, over which group norm goes.
        frames: true number of frames.
    """

    padded: int
    steps: int
    frames: int


def count_frames(samples: int, layers: Sequence[Layer]) -> int:
    """Frames that so many samples give."""
    for layer in layers:
        samples = layer.outputs(samples)
    return samples


def least_samples(frames: int, layers: Sequence[Layer]) -> int:
    """The fewest samples that give so many frames."""
    for layer in reversed(layers):
        frames = layer.inputs(frames)
    return frames


def round_up(samples: int, layers: Sequence[Layer]) -> Lengths:
    """The round length for a wave of `samples`: a multiple of `STEP` frames.

    Trailing samples that give no frame count in the group norm, so none may be cut off: where they
    do not fit the next multiple is taken.

    Examples:
        >>> round_up(5200, [Layer(400, 160), Layer(3, 2)])
        Lengths(padded=5520, steps=31, frames=15)
    """
    frames = count_frames(samples, layers)
    rounded = -(-frames // STEP) * STEP
    if least_samples(rounded, layers) < samples:
        rounded += STEP
    return Lengths(least_samples(rounded, layers), layers[0].outputs(samples), frames)
