"""A voice made by code that the detector takes for one: for tests, measurements and canaries."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

Pcm = npt.NDArray[np.int16]

RATE: Final = 16000
FORMANTS: Final = ((600, 120, 1.0), (1200, 150, 0.6), (2500, 200, 0.3))
"""Centre and half width, Hz, and gain."""
HIGHEST_HZ: Final = 3600
SYLLABLES_HZ: Final = 4.0


def speak(
    seconds: float,
    *,
    rate: int = RATE,
    pitch: float = 130.0,
    level: float = 0.2,
    seed: int = 0,
) -> Pcm:
    """Voiced syllables, four a second.

    Args:
        seconds: how long.
        rate: Hz.
        pitch: Hz, in the middle of its glide.
        level: RMS, as a share of full scale.
        seed: of the phases and of the breath.

    Returns:
        int16, shape ``(samples,)``.
    """
    rng = np.random.default_rng(seed)
    time = np.arange(round(seconds * rate)) / rate
    glide = pitch * (1 + 0.1 * np.sin(2 * np.pi * 1.7 * time))
    phase = 2 * np.pi * np.cumsum(glide) / rate
    wave = np.zeros(time.size)
    for harmonic in range(1, int(HIGHEST_HZ // pitch)):
        wave += _gain(harmonic * pitch) * np.sin(harmonic * phase + rng.uniform(0, 2 * np.pi))
    wave *= 0.55 + 0.45 * np.sin(2 * np.pi * SYLLABLES_HZ * time - np.pi / 2)
    wave += 0.001 * rng.standard_normal(time.size)
    return _at_level(wave, level)


def _gain(frequency: float) -> float:
    return sum(gain / (1 + ((frequency - f) / width) ** 2) for f, width, gain in FORMANTS)


def _at_level(wave: npt.NDArray[np.float64], level: float) -> Pcm:
    power = float(np.mean(wave**2)) if wave.size else 0.0
    scale = level / max(power**0.5, 1e-9) * 32767
    pcm: Pcm = np.rint(wave * scale).clip(-32768, 32767).astype("<i2")
    return pcm
