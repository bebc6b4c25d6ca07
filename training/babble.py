"""Other people talking behind a voice: segments of the training split, several at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from training.augment_settings import AugmentSettings
from training.manifest import EMOTIONS
from training.segments import Segments

Wave = npt.NDArray[np.float32]


class Babble:
    """Adds several other speakers to a segment.

    Each of them is another person than the others and than the one in front, as loud as the
    others, and starts anywhere; together they lie under the voice by the drawn ratio.

    Args:
        segments: of the ``train`` split; what is no speech is left out.
        settings: how many voices, and how loud.
    """

    def __init__(self, segments: Segments, settings: AugmentSettings) -> None:
        self._segments = segments
        self._settings = settings
        self._of_speaker: dict[str, list[int]] = {}
        for i in range(len(segments)):
            clip = segments.clip(i)
            if clip.label in EMOTIONS:
                self._of_speaker.setdefault(clip.speaker, []).append(i)

    def __call__(self, wave: Wave, rng: np.random.Generator, clip: int | None = None) -> Wave:
        """The voice with babble behind it, as long as it was.

        Args:
            wave: float32, ±1, 16 kHz.
            rng: what is drawn.
            clip: which clip `wave` is cut from: its speaker is not heard twice. A clip that is no
                speech is left alone: with people behind it, it would be speech.
        """
        front = None if clip is None else self._segments.clips[clip]
        others = [name for name in self._of_speaker if front is None or name != front.speaker]
        if not others or (front and front.label not in EMOTIONS):
            return wave
        fewest, most = self._settings.voices
        count = min(int(rng.integers(int(fewest), int(most) + 1)), len(others))
        total = np.zeros_like(wave)
        for name in rng.choice(others, count, replace=False):
            total += self._voice(str(name), len(wave), rng)
        ratio = 10 ** (rng.uniform(*self._settings.babble_snr_db) / 20)
        level = _rms(total)
        if not level:
            return wave
        mixed: Wave = wave + total * np.float32(_rms(wave) / level / ratio)
        return mixed

    def _voice(self, speaker: str, samples: int, rng: np.random.Generator) -> Wave:
        """One of a speaker's segments from a random place on, repeated as needed, at RMS 1."""
        indices = self._of_speaker[speaker]
        pcm = self._segments.pcm(indices[rng.integers(len(indices))]).astype(np.float32)
        start = int(rng.integers(len(pcm)))
        turned = np.concatenate([pcm[start:], pcm[:start]])
        voice: Wave = np.resize(turned, samples)
        level = _rms(voice)
        return voice / np.float32(level) if level else voice


def _rms(wave: Wave) -> float:
    return float(np.sqrt(np.mean(np.square(wave, dtype=np.float64))))
