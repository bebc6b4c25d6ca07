"""A teacher: a convolutional, recurrent network on the log-mel spectrogram, to learn from.

A Wav2Vec2 from random weights has to find out that a pattern means the same a little higher or
lower, in a louder or duller room. Two-dimensional convolutions over a spectrogram that is
normalised per band know both from the start, and so learn more from few speakers. They teach the
compact model (`training.distil`) and are not served.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn
from transformers import PreTrainedConfig, PreTrainedModel
from transformers.audio_utils import mel_filter_bank
from transformers.modeling_outputs import SequenceClassifierOutput

from training.compact import HIGHEST_HZ
from training.segments import RATE

BANDS = 64
WINDOW = 512
HOP = 160


class TeacherConfig(PreTrainedConfig):
    """Sizes of a teacher.

    Args:
        channels: of the four convolution blocks.
        recurrent: units of the recurrent layer, each direction.
        dropout: before the recurrent layer and the output.
    """

    model_type = "vivavoz-teacher"

    def __init__(
        self,
        channels: Sequence[int] = (32, 64, 96, 128),
        recurrent: int = 96,
        dropout: float = 0.3,
        **rest: Any,
    ) -> None:
        self.channels = list(channels)
        self.recurrent = recurrent
        self.dropout = dropout
        super().__init__(**rest)


class LogMel(nn.Module):
    """Samples (n, samples) into a log-mel image (n, 1, frames, bands), each band normalised."""

    bank: torch.Tensor
    window: torch.Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("bank", torch.empty(WINDOW // 2 + 1, BANDS), persistent=False)
        self.register_buffer("window", torch.empty(400), persistent=False)
        self.reset()

    @torch.no_grad()
    def reset(self) -> None:
        """Compute the filters: `from_pretrained` makes a model without them and then asks here."""
        bank = mel_filter_bank(WINDOW // 2 + 1, BANDS, 50.0, HIGHEST_HZ, RATE, "slaney", "htk")
        self.bank.copy_(torch.from_numpy(bank))
        self.window.copy_(torch.hann_window(400))

    def forward(self, waves: torch.Tensor) -> torch.Tensor:
        """The image, float32 whatever precision the rest runs in."""
        with torch.autocast(waves.device.type, enabled=False):
            spectrum = torch.stft(waves.float(), WINDOW, HOP, 400, self.window, return_complex=True)
            power = spectrum.abs().square().transpose(1, 2) @ self.bank
            # Waves have unit variance: -80 dB under that is silence, whatever the microphone.
            level = torch.log(power + 1e-6)
            level = level - level.mean(1, keepdim=True)
            level = level / (level.std(1, keepdim=True) + 0.3)
        return level.unsqueeze(1)


class SpecAugment(nn.Module):
    """Bands and stretches of time left out at random while training (Park et al., 2019)."""

    def __init__(self, bands: int = 10, frames: float = 0.12, each: int = 2) -> None:
        super().__init__()
        self._bands, self._frames, self._each = bands, frames, each

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """The image (n, 1, frames, bands) with holes; untouched when not training."""
        if not self.training:
            return image
        n, _, frames, bands = image.shape
        keep = torch.ones(n, 1, frames, bands, device=image.device)
        for _ in range(self._each):
            keep = keep * ~_spans(n, bands, self._bands, image.device)[:, None, None, :]
            widest = max(1, int(frames * self._frames))
            keep = keep * ~_spans(n, frames, widest, image.device)[:, None, :, None]
        return image * keep


def _spans(n: int, size: int, widest: int, device: torch.device) -> torch.Tensor:
    """One random span a row: a boolean mask (n, size)."""
    width = torch.randint(0, widest + 1, (n, 1), device=device)
    first = (torch.rand(n, 1, device=device) * (size - width + 1)).long()
    at = torch.arange(size, device=device)[None]
    return (at >= first) & (at < first + width)


class Pool(nn.Module):
    """The largest of neighbours, as `nn.MaxPool2d` finds it; on a CPU in bfloat16 in half the time.

    Args:
        frames: neighbours in time, 1 or 2; what is left over at the end is dropped.
        bands: neighbours in frequency, 1 or 2.
    """

    def __init__(self, frames: int, bands: int) -> None:
        super().__init__()
        self._frames, self._bands = frames, bands

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """The image (n, channels, frames, bands), smaller."""
        if self._bands == 2:
            even = image.shape[3] // 2 * 2
            image = torch.maximum(image[..., 0:even:2], image[..., 1:even:2])
        if self._frames == 2:
            even = image.shape[2] // 2 * 2
            image = torch.maximum(image[:, :, 0:even:2], image[:, :, 1:even:2])
        return image


def _block(inputs: int, outputs: int, pool: tuple[int, int]) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1, bias=False),
        # Batches of one length are often of one corpus: the mean of ten of them is nobody's.
        nn.BatchNorm2d(outputs, momentum=0.01),
        nn.ReLU(),
        Pool(*pool),
    )


class Hearing(PreTrainedModel):
    """What teachers have in common: they classify, and tell how they hear each frame."""

    main_input_name = "input_values"

    def forward(
        self, input_values: torch.Tensor, labels: torch.Tensor | None = None
    ) -> SequenceClassifierOutput:
        """Logits (n, labels) of waves (n, samples) of zero mean and unit variance."""
        del labels  # the Trainer's loss takes them
        return SequenceClassifierOutput(logits=self.hear(input_values)[1])

    def hear(self, waves: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Frames (n, frames at 25 Hz, units), and the logits (n, labels)."""
        raise NotImplementedError


class Teacher(Hearing):
    """Four convolution blocks down to 25 Hz, a two-way GRU, attention over time, one layer."""

    config_class = TeacherConfig

    def __init__(self, config: TeacherConfig) -> None:
        super().__init__(config)
        a, b, c, d = config.channels
        self.image = LogMel()
        self.holes = SpecAugment()
        self.blocks = nn.Sequential(
            _block(1, a, (2, 2)), _block(a, b, (2, 2)), _block(b, c, (1, 2)), _block(c, d, (1, 2))
        )
        self.dropout = nn.Dropout(config.dropout)
        self.recurrent = nn.GRU(
            d * (BANDS // 16), config.recurrent, batch_first=True, bidirectional=True
        )
        self.attention = nn.Linear(2 * config.recurrent, 1)
        self.output = nn.Linear(4 * config.recurrent, config.num_labels)
        self.post_init()

    @property
    def units(self) -> int:
        """The width of a frame, see `hear`."""
        return 2 * int(self.config.recurrent)

    def _init_weights(self, module: nn.Module) -> None:
        """PyTorch's own start is right for these layers; only the filters are no weights."""
        if isinstance(module, LogMel):
            module.reset()

    def hear(self, waves: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The recurrent layer's frames (n, frames at 25 Hz, units), and the logits (n, labels)."""
        x = self.holes(self.image(waves)).contiguous(memory_format=torch.channels_last)
        x = self.blocks(x).permute(0, 2, 1, 3).flatten(2)
        with torch.autocast(x.device.type, enabled=False):
            frames, _ = self.recurrent(self.dropout(x.float()))
            weights = self.attention(frames).softmax(1)
            mean = (weights * frames).sum(1)
            spread = ((weights * frames.square()).sum(1) - mean.square()).clamp_min(1e-6).sqrt()
            logits = self.output(self.dropout(torch.cat([mean, spread], 1)))
        return frames, logits
