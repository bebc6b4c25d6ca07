"""The compact Wav2Vec2: the transformers class unchanged, small, and started from what is known.

From random weights, the first layers of a Wav2Vec2 have to find by themselves what every older
system begins with: a mel filterbank, a normalisation per band, a logarithm. Here these are written
into the layers that `Wav2Vec2Config` has, and stay as they are (`training.base.freeze`):

* layer 0 (400 samples, hop 80, group norm): windowed sinusoids at mel-spaced frequencies in four
  phases. Half-wave rectified and summed over the phases they are the band's envelope; the group
  norm divides each band by its RMS over the segment, so level and microphone drop out.
* layer 1: five envelopes, 25 ms in all, are summed, so that the pulses of a voice are no events
  and it matters little where the first frame begins; then ramped up to one of six knots that lie
  10 dB apart, and flat beyond (ReLU6 saturates). The six are a piecewise-linear logarithm.
* layers 2 to 4 learn: from random weights that are shared over bands (`training.band_sharing`), as
  in the two-dimensional convolutions of networks that read spectrograms.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from transformers import (
    PreTrainedConfig,
    PreTrainedModel,
    Wav2Vec2Config,
    Wav2Vec2ForSequenceClassification,
)

from training.band_sharing import BandLayout

RATE: Final = 16000
BANDS: Final = 64
PHASES: Final = 4
HIGHEST_HZ: Final = 6800.0
"""Where the bands end. A browser that resamples its microphone to 16 kHz cuts off from here on
(Chromium: 1 dB at 6.5 kHz, 6 dB at 7.2, 24 dB at 7.7), and each band is normalised to full size,
also one that holds nothing but what is left there."""
KNOTS: Final = (0.02, 0.06, 0.2, 0.6, 2.0, 6.0)
"""Envelope over the band's RMS at which a ramp of layer 1 ends: 10 dB apart."""
KERNEL: Final = 400
HOP: Final = 80
SHORTEST: Final = 200
"""Samples of the shortest window: no sound falls between two of them."""
SMOOTH: Final = 5
"""Envelopes that are summed before the logarithm."""
CEILING: Final = 6.0
"""Where ReLU6 saturates."""
KNOWN: Final = 2
"""Layers that are computed, not learned."""
LAYOUTS: Final = (
    BandLayout(BANDS, len(KNOTS), 12),
    BandLayout(BANDS // 2, 12, 24),
    BandLayout(BANDS // 4, 24, 48),
)
"""How the channels of the convolutions above the logarithm lie in bands: 64, 32, 16, then 8."""


def compact_config(labels: Sequence[str], *, width: int = 192, layers: int = 4) -> Wav2Vec2Config:
    """A Wav2Vec2 of 3.9 M parameters with a frame each 40 ms."""
    return Wav2Vec2Config(
        vocab_size=32,
        conv_dim=(BANDS * PHASES, BANDS * len(KNOTS), *(each.channels for each in LAYOUTS)),
        conv_kernel=(KERNEL, SMOOTH, 3, 3, 3),
        conv_stride=(HOP, 2, 2, 2, 1),
        conv_bias=True,
        num_feat_extract_layers=KNOWN + len(LAYOUTS),
        feat_extract_norm="group",
        feat_extract_activation="relu6",
        hidden_size=width,
        num_hidden_layers=layers,
        num_attention_heads=width // 48,
        intermediate_size=width * 4,
        num_conv_pos_embeddings=31,
        num_conv_pos_embedding_groups=16,
        do_stable_layer_norm=True,
        initializer_range=0.06,  # 1 / sqrt(width) or so: 0.02 is for widths of 768
        # Teachers have an answer to everything: changes to the sound teach more than holes in the
        # network, whose random numbers are a fifth of a step's time.
        hidden_dropout=0.0,
        attention_dropout=0.0,
        activation_dropout=0.0,
        feat_proj_dropout=0.0,
        final_dropout=0.0,
        layerdrop=0.0,
        apply_spec_augment=True,
        mask_time_prob=0.08,
        mask_time_length=5,
        mask_time_min_masks=1,
        mask_feature_prob=0.05,
        mask_feature_length=16,
        use_weighted_layer_sum=False,
        classifier_proj_size=width,
        id2label=dict(enumerate(labels)),
        label2id={label: i for i, label in enumerate(labels)},
    )


def is_compact(config: PreTrainedConfig) -> bool:
    """Whether a checkpoint is of this kind: its first layers are such a filterbank."""
    return (
        isinstance(config, Wav2Vec2Config)
        and config.conv_kernel[0] == KERNEL
        and config.feat_extract_activation == "relu6"
    )


def mel_frequencies(
    count: int, low: float = 60.0, high: float = HIGHEST_HZ
) -> npt.NDArray[np.float64]:
    """`count` centre frequencies in Hz, equally spaced on the mel scale (O'Shaughnessy, 1987)."""
    mels = np.linspace(2595 * np.log10(1 + low / 700), 2595 * np.log10(1 + high / 700), count)
    return np.asarray(700 * (10 ** (mels / 2595) - 1))


def filterbank() -> npt.NDArray[np.float32]:
    """The filters of layer 0, shape ``(BANDS * PHASES, 1, KERNEL)``; phases of a band adjoin.

    A Hann window as long as the band is narrow, and no shorter than `SHORTEST`, around a sinusoid.
    """
    centres = mel_frequencies(BANDS)
    spacing = np.gradient(centres)
    filters = np.zeros((BANDS, PHASES, KERNEL))
    for band, (centre, bandwidth) in enumerate(zip(centres, spacing, strict=True)):
        length = int(np.clip(2 * RATE / bandwidth, SHORTEST, KERNEL))
        first = (KERNEL - length) // 2
        time = (np.arange(length) - length / 2) / RATE
        window = np.hanning(length)
        for phase in range(PHASES):
            wave = window * np.cos(2 * np.pi * (centre * time + phase / PHASES))
            filters[band, phase, first : first + length] = wave / np.linalg.norm(wave)
    return filters.reshape(BANDS * PHASES, 1, KERNEL).astype(np.float32)


@torch.no_grad()
def start_from_filterbank(model: Wav2Vec2ForSequenceClassification) -> None:
    """Set the convolutions as the module's text says."""
    layers = model.wav2vec2.feature_extractor.conv_layers
    bands, ramps = (layers[i].conv for i in range(KNOWN))
    bands.weight.copy_(torch.from_numpy(filterbank()))
    bands.bias.zero_()

    # A sinusoid of amplitude a gives phases a|cos|, a|sin|: their sum is 1.27 a on average.
    knots = torch.tensor(KNOTS)
    ramps.weight.zero_()
    ramps.bias.zero_()
    for band in range(BANDS):
        rows = slice(band * len(KNOTS), (band + 1) * len(KNOTS))
        columns = slice(band * PHASES, (band + 1) * PHASES)
        ramps.weight[rows, columns] = (CEILING / knots / 1.27 / SMOOTH)[:, None, None]

    shared = shared_convolutions(model)
    for convolution, layout in shared:
        layout.start(convolution)
    _read_logarithm(*shared[0])


def _read_logarithm(convolution: nn.Conv1d, layout: BandLayout) -> None:
    """Have layer 2 weigh the six ramps of a band alike, as the logarithm that they are.

    Its spread, about 8, is brought down to one or two, and its mean, half its range, to zero.
    """
    grid = layout.grid(convolution.weight)
    grid.copy_(grid[:, :, :, :1].expand_as(grid) * len(KNOTS) ** 0.5 / 7)
    middle = grid[layout.bands // 4].flatten(1)  # an output that has all its neighbours
    if convolution.bias is not None:
        convolution.bias.copy_((-middle.sum(-1) * CEILING / 2).repeat(layout.bands // 2))


def shared_convolutions(model: PreTrainedModel) -> list[tuple[nn.Conv1d, BandLayout]]:
    """The convolutions of a compact model that share weights over bands; of any other, none."""
    if not is_compact(model.config):
        return []
    layers = model.wav2vec2.feature_extractor.conv_layers[KNOWN:]
    found = [(layer.conv, layout) for layer, layout in zip(layers, LAYOUTS, strict=False)]
    return found if all(layout.fits(convolution) for convolution, layout in found) else []


def compact_model(
    labels: Sequence[str], *, width: int = 192, layers: int = 4
) -> Wav2Vec2ForSequenceClassification:
    """A compact model ready to be trained. Seed torch first for the same one each time."""
    model = Wav2Vec2ForSequenceClassification(compact_config(labels, width=width, layers=layers))
    start_from_filterbank(model)
    return model
