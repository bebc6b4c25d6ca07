"""Noise to hear speech in: recorded, babble of other speakers, white and pink."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from training.answers import speech_rows
from training.augment import Wave
from training.manifest import EMOTIONS
from training.recordings import Recordings
from training.segments import Segments

Kind = Literal["recorded", "babble", "white", "pink"]

VOICES: Final = 5
"""That babble: fewer are words that one can follow, many more are noise."""

SILENT: Final = 1e-4
"""RMS (-80 dBFS) under which a recording is silence: raised to a level, it would be the codec."""


class NoiseMaker:
    """Makes noise of unit RMS, the same for the same seed.

    Args:
        recorded: recordings of noise; of a split that nothing was learned from.
        voices: what each speaker says, int16; without pauses.
    """

    def __init__(
        self,
        recorded: Sequence[npt.NDArray[np.int16]],
        voices: Mapping[str, npt.NDArray[np.int16]],
    ) -> None:
        self._recorded = [wave for pcm in recorded if rms(wave := as_wave(pcm)) > SILENT]
        self._voices = dict(sorted(voices.items()))

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Those that there is material for."""
        here: tuple[tuple[Kind, bool], ...] = (
            ("recorded", bool(self._recorded)),
            ("babble", len(self._voices) > VOICES),
            ("white", True),
            ("pink", True),
        )
        return tuple(kind for kind, there in here if there)

    def make(self, kind: Kind, samples: int, speaker: str, rng: np.random.Generator) -> Wave:
        """Noise of one kind.

        Args:
            kind: one of `kinds`.
            samples: how much, at 16 kHz.
            speaker: whose voice is no part of the babble.
            rng: chooses.
        """
        if kind == "recorded":
            wave = looped(self._recorded[rng.integers(len(self._recorded))], samples, rng)
        elif kind == "babble":
            wave = self._babble(samples, speaker, rng)
        else:
            wave = rng.standard_normal(samples, np.float32)
            wave = pink(wave) if kind == "pink" else wave
        return np.asarray(wave / max(rms(wave), SILENT), np.float32)

    def _babble(self, samples: int, speaker: str, rng: np.random.Generator) -> Wave:
        others = [name for name in self._voices if name != speaker]
        total = np.zeros(samples, np.float32)
        for i in rng.choice(len(others), min(VOICES, len(others)), replace=False):
            voice = looped(as_wave(self._voices[others[i]]), samples, rng)
            total += voice / max(rms(voice), SILENT)
        return total


def voices_of(segments: Segments) -> dict[str, npt.NDArray[np.int16]]:
    """All that each speaker says in a split, pauses cut out."""
    parts: dict[str, list[npt.NDArray[np.int16]]] = defaultdict(list)
    for i in speech_rows(segments):
        parts[segments.clip(i).speaker].append(segments.pcm(i))
    return {speaker: np.concatenate(part) for speaker, part in parts.items()}


def noise_of(recordings: Recordings) -> list[npt.NDArray[np.int16]]:
    """The recordings of noise among a split's."""
    return [
        recordings.pcm(i) for i, clip in enumerate(recordings.clips) if clip.label not in EMOTIONS
    ]


def looped(wave: Wave, samples: int, rng: np.random.Generator) -> Wave:
    """`samples` of a wave from anywhere in it on, over and over."""
    start = int(rng.integers(len(wave)))
    times = -(-(start + samples) // len(wave))
    return np.asarray(np.tile(wave, times)[start : start + samples], np.float32)


def pink(white: Wave) -> Wave:
    """White noise with its power falling by 3 dB an octave."""
    spectrum = np.fft.rfft(white)
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    spectrum[0] = 0
    return np.fft.irfft(spectrum, len(white)).astype(np.float32)


def as_wave(pcm: npt.NDArray[np.int16]) -> Wave:
    """Int16 as float32, ±1."""
    return np.asarray(pcm, np.float32) / np.float32(32768)


def rms(wave: npt.NDArray[np.floating]) -> float:
    """Root mean square; 0 of nothing."""
    return float(np.sqrt(np.square(wave, dtype=np.float64).mean())) if wave.size else 0.0
