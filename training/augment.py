"""What a microphone, a room and a noisy street do to a voice, done to training segments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import audiomentations
import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from training.manifest import Clip
from training.segments import RATE, decode

Wave = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class AugmentSettings:
    """Probabilities and ranges of each change; 0 switches one off."""

    noise: float = 0.3
    snr_db: tuple[float, float] = (0.0, 30.0)
    room: float = 0.15
    speed: float = 0.4
    speed_range: tuple[float, float] = (0.88, 1.12)
    band: float = 0.2
    low_pass: float = 0.2
    telephone: float = 0.05
    clip: float = 0.05


def cache_wavs(paths: Sequence[Path], folder: Path) -> list[Path]:
    """Decode recordings to 16 kHz WAV files once: Opus is slow to decode at each use."""
    folder.mkdir(parents=True, exist_ok=True)
    wavs = []
    for path in paths:
        wav = folder / f"{path.parent.name}-{path.stem}.wav"
        if not wav.exists():
            soundfile.write(wav, decode(path), RATE, subtype="PCM_16")
        wavs.append(wav)
    return wavs


class Augmenter:
    """Changes one segment at random.

    Args:
        noises: noise of the ``train`` split.
        rooms: room impulse responses.
        cache: where their decoded copies are kept.
        settings: probabilities and ranges.
    """

    def __init__(
        self,
        noises: Sequence[Clip],
        rooms: Sequence[Path],
        cache: Path,
        settings: AugmentSettings | None = None,
    ) -> None:
        self._settings = s = settings or AugmentSettings()
        noise_wavs = cache_wavs([clip.path for clip in noises], cache / "noise")
        room_wavs = cache_wavs(rooms, cache / "rooms")
        steps: list[audiomentations.core.transforms_interface.BaseWaveformTransform] = []
        if room_wavs:
            steps.append(audiomentations.ApplyImpulseResponse(room_wavs, p=s.room))
        if noise_wavs:
            low, high = s.snr_db
            steps.append(
                audiomentations.AddBackgroundNoise(
                    noise_wavs, min_snr_db=low, max_snr_db=high, p=s.noise
                )
            )
        steps += [
            audiomentations.SevenBandParametricEQ(-8, 8, p=s.band),
            # Converters of sound cards and browsers, and narrow codecs: they end at 3 to 7.8 kHz.
            audiomentations.LowPassFilter(3000, 7800, 12, 48, p=s.low_pass),
            audiomentations.BandPassFilter(1000, 1600, 1.6, 1.9, 12, 24, p=s.telephone),
            audiomentations.ClippingDistortion(0, 10, p=s.clip),
        ]
        self._chain = audiomentations.Compose(steps)

    def __call__(self, wave: Wave, rng: np.random.Generator) -> Wave:
        """A changed copy of `wave` (float32, ±1, 16 kHz), longer or shorter by `speed_range`."""
        s = self._settings
        if rng.random() < s.speed:
            wave = soxr.resample(wave, RATE, RATE / rng.uniform(*s.speed_range), "MQ")
        changed: Wave = self._chain(np.ascontiguousarray(wave), sample_rate=RATE)
        return changed.astype(np.float32, copy=False)
