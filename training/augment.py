"""What a microphone, a room, a line and a noisy street do to a voice, done to training segments."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import audiomentations
import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from training.augment_settings import AugmentSettings
from training.babble import Babble
from training.codec import round_trip, usable_codecs
from training.manifest import Clip
from training.segments import RATE, decode

Wave = npt.NDArray[np.float32]

COMPRESSION: Final = (0.3, 0.98)
"""Of codecs that can choose, from nearly clean to badly damaged."""


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

    Steps that are off draw no random number, so that switching one on changes nothing before it.

    Args:
        noises: noise of the ``train`` split.
        rooms: room impulse responses.
        cache: where their decoded copies are kept.
        settings: probabilities and ranges.
        babble: who else may be heard, of the ``train`` split; None where nobody is.
    """

    def __init__(
        self,
        noises: Sequence[Clip],
        rooms: Sequence[Path],
        cache: Path,
        settings: AugmentSettings | None = None,
        babble: Babble | None = None,
    ) -> None:
        self._settings = s = settings or AugmentSettings()
        self._babble = babble
        self._codecs = usable_codecs()
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

    def __call__(self, wave: Wave, rng: np.random.Generator, clip: int | None = None) -> Wave:
        """A changed copy, longer or shorter by ``speed_range``.

        The order is that of the way from a mouth to a server: the voice, who else is in the room,
        the room, its noise, the microphone, its converter, the line.

        Args:
            wave: float32, ±1, 16 kHz.
            rng: what is drawn; audiomentations draws from the generators of Python and numpy.
            clip: which clip of the run it is cut from, so that it is not heard behind itself.
        """
        s = self._settings
        if rng.random() < s.speed:
            wave = soxr.resample(wave, RATE, RATE / rng.uniform(*s.speed_range), "MQ")
        if self._babble and s.babble and rng.random() < s.babble:
            wave = self._babble(wave, rng, clip)
        changed: Wave = self._chain(np.ascontiguousarray(wave), sample_rate=RATE)
        if s.gain and rng.random() < s.gain:
            changed = in_16_bits(changed, rng.uniform(*s.gain_db))
        if s.codec and rng.random() < s.codec:
            codec = self._codecs[rng.integers(len(self._codecs))]
            changed = round_trip(changed, codec, rng.uniform(*COMPRESSION))
        return changed.astype(np.float32, copy=False)


def in_16_bits(wave: Wave, gain_db: float) -> Wave:
    """A wave at another level, as a converter of 16 bits gives it: cut off, or left with few steps.

    Segments are brought to one level afterwards, so the level alone would change nothing.
    """
    steps = np.rint(wave * (10 ** (gain_db / 20) * 32768)).clip(-32768, 32767)
    cut: Wave = (steps / 32768).astype(np.float32)
    return cut
