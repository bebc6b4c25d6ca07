"""A teacher that has heard speech before: smart-turn's encoder as it is, with a head for emotions.

Few speakers teach little of what a voice can be. The encoder of `training.turn_encoder` has met
thousands of them, in many languages, and stays as it is; what is learned is what its layers say of
emotions.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

import torch
from torch import nn
from torch.nn import functional
from transformers import PreTrainedConfig, WhisperConfig
from transformers.audio_utils import mel_filter_bank
from transformers.models.whisper.modeling_whisper import WhisperEncoder

from training.segments import RATE
from training.teacher import Hearing
from training.turn_encoder import read_encoder

if TYPE_CHECKING:
    from training.dataset import SegmentDataset

BANDS: Final = 80
WINDOW: Final = 400
HOP: Final = 160
POSITIONS: Final = 400
"""Of 20 ms: the encoder hears at most eight seconds."""
LAYERS: Final = 3
"""Of the encoder's four: the last knows of turns alone. By hand, means and deviations of a layer's
frames and a support vector machine had a UAR on validation of .63 below the first layer, .71, .72
and .68 behind these three, .64 behind the last."""
IMITATED: Final = 1
"""The layer whose frames a pupil imitates, counted from 0: it says most of emotions."""
SETTLED_ON: Final = 400
"""Segments that tell how large a unit of the encoder is: some are a hundred times the others."""


class TurnTeacherConfig(PreTrainedConfig):
    """Sizes of such a teacher.

    Args:
        width: of the encoder's layers.
        heads: of their attention.
        units: of the layer between the encoder and the output.
    """

    model_type = "vivavoz-turn-teacher"

    def __init__(self, width: int = 384, heads: int = 6, units: int = 256, **rest: Any) -> None:
        self.width = width
        self.heads = heads
        self.units = units
        super().__init__(**rest)

    def encoder(self) -> WhisperConfig:
        """The encoder's own sizes."""
        return WhisperConfig(
            d_model=self.width,
            encoder_layers=LAYERS,
            encoder_attention_heads=self.heads,
            encoder_ffn_dim=4 * self.width,
            max_source_positions=POSITIONS,
            num_mel_bins=BANDS,
            attn_implementation="sdpa",
        )


class WhisperMel(nn.Module):
    """Samples (n, samples) into Whisper's log-mel spectrogram (n, bands, frames)."""

    bank: torch.Tensor
    window: torch.Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("bank", torch.empty(BANDS, WINDOW // 2 + 1), persistent=False)
        self.register_buffer("window", torch.empty(WINDOW), persistent=False)
        self.reset()

    @torch.no_grad()
    def reset(self) -> None:
        """Compute the filters: `from_pretrained` makes a model without them and then asks here."""
        bank = mel_filter_bank(WINDOW // 2 + 1, BANDS, 0.0, RATE / 2, RATE, "slaney", "slaney")
        self.bank.copy_(torch.from_numpy(bank.T))
        self.window.copy_(torch.hann_window(WINDOW))

    def forward(self, waves: torch.Tensor) -> torch.Tensor:
        """The spectrogram, as ``WhisperFeatureExtractor`` computes it; always float32."""
        with torch.autocast(waves.device.type, enabled=False):
            spectrum = torch.stft(
                waves.float(), WINDOW, HOP, WINDOW, self.window, return_complex=True
            )
            power = self.bank @ spectrum[..., :-1].abs().square()
            level = power.clamp_min(1e-10).log10()
            level = torch.maximum(level, level.amax((1, 2), keepdim=True) - 8)
        return (level + 4) / 4


class Scale(nn.Module):
    """Values brought to zero mean and unit variance, by what was seen once.

    Args:
        size: of the last axis.
    """

    mean: torch.Tensor
    spread: torch.Tensor

    def __init__(self, size: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(size))
        self.register_buffer("spread", torch.ones(size))

    @torch.no_grad()
    def settle(self, seen: torch.Tensor) -> None:
        """Take mean and deviation of values (n, size)."""
        self.mean.copy_(seen.mean(0))
        self.spread.copy_(seen.std(0).clamp_min(1e-4))

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """The values (..., size), scaled."""
        return (values - self.mean) / self.spread


class TurnTeacher(Hearing):
    """smart-turn's encoder; means and deviations of its layers' frames; two layers."""

    config_class = TurnTeacherConfig

    def __init__(self, config: TurnTeacherConfig) -> None:
        super().__init__(config)
        pooled = 2 * LAYERS * config.width
        self.image = WhisperMel()
        self.encoder = WhisperEncoder(config.encoder())
        self.encoder.layer_norm = nn.Identity()  # of a layer that is not there
        self.encoder.requires_grad_(False)
        self.frame_scale = Scale(config.width)
        self.pooled_scale = Scale(pooled)
        self.head = nn.Sequential(
            nn.Dropout(0.3),
            nn.Linear(pooled, config.units),
            nn.GELU(),
            nn.Dropout(0.5),
            nn.Linear(config.units, config.num_labels),
        )
        self.post_init()

    @classmethod
    def begin(cls, graph: Path, **config: Any) -> TurnTeacher:
        """One with the encoder of smart-turn; `settle` it before it learns.

        Raises:
            EncoderError: the file is not smart-turn's graph.
            OSError: there is no such file.
        """
        model = cls(TurnTeacherConfig(**config))
        weights = read_encoder(graph)
        kept = model.encoder.state_dict().keys()
        model.encoder.load_state_dict({k: torch.from_numpy(weights[k].copy()) for k in kept})
        return model

    @property
    def units(self) -> int:
        """The width of a frame, see `hear`."""
        return int(self.config.width)

    @torch.no_grad()
    def settle(self, segments: SegmentDataset) -> None:
        """Learn how large the encoder's values are, from segments as they are."""
        every = max(1, len(segments) // SETTLED_ON)
        frames, pooled = [], []
        for i in range(0, len(segments), every):
            wave = torch.from_numpy(segments[i]["input_values"])[None]
            layers = self._layers(wave)
            frames.append(layers[IMITATED][0])
            pooled.append(_pool(layers)[0])
        self.frame_scale.settle(torch.cat(frames))
        self.pooled_scale.settle(torch.stack(pooled))

    def train(self, mode: bool = True) -> Self:
        """Learn, or answer; the encoder answers always."""
        super().train(mode)
        self.encoder.eval()
        return self

    def _init_weights(self, module: nn.Module) -> None:
        """PyTorch's own start is right for the head; only the filters are no weights."""
        if isinstance(module, WhisperMel):
            module.reset()

    def hear(self, waves: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """A layer's frames (n, frames at 25 Hz, units), and the logits (n, labels)."""
        layers = self._layers(waves)
        frames = self.frame_scale(layers[IMITATED]).transpose(1, 2)
        frames = functional.avg_pool1d(frames, 2, ceil_mode=True).transpose(1, 2)
        return frames, self.head(self.pooled_scale(_pool(layers)))

    @torch.no_grad()
    def _layers(self, waves: torch.Tensor) -> list[torch.Tensor]:
        """What each layer makes of the last eight seconds: (n, frames at 50 Hz, width) each."""
        image = self.image(waves[:, -POSITIONS * 2 * HOP :])
        x = functional.gelu(self.encoder.conv1(image))
        x = functional.gelu(self.encoder.conv2(x)).transpose(1, 2)
        # What was said last lies at the end of smart-turn's window, whatever came before.
        x = x + self.encoder.embed_positions.weight[POSITIONS - x.shape[1] :]
        heard = []
        for layer in self.encoder.layers:
            x = layer(x, None)
            heard.append(x.float())
        return heard


def _pool(layers: Sequence[torch.Tensor]) -> torch.Tensor:
    """Each layer's means and deviations over time, side by side: (n, 2 x layers x width)."""
    parts = [part for x in layers for part in (x.mean(1), x.std(1, correction=0))]
    return torch.cat(parts, 1)
