"""A conversation of synthetic voices: for measuring where nobody has recordings."""

from __future__ import annotations

from typing import Final

import numpy as np

from bench.recordings import RATE, Pcm
from vad.voice import speak

UTTERANCE_S: Final = (0.6, 6.0)
PAUSE_S: Final = (0.7, 2.5)
"""Ranges of `converse`; a pause is longer than the hangover, so that it ends an utterance."""


def converse(seconds: float, *, seed: int = 0) -> Pcm:
    """Utterances of different length, pitch and level with pauses of faint noise between.

    Args:
        seconds: how long; it begins and may end in a pause.
        seed: of everything.
    """
    rng = np.random.default_rng(seed)
    parts: list[Pcm] = []
    left = round(seconds * RATE)
    while left > 0:
        pause = faint_noise(rng.uniform(*PAUSE_S), rng)
        voice = speak(
            rng.uniform(*UTTERANCE_S),
            pitch=rng.uniform(90, 220),
            level=rng.uniform(0.05, 0.25),
            seed=int(rng.integers(2**31)),
        )
        parts += [pause, voice]
        left -= pause.size + voice.size
    return np.concatenate(parts)[: round(seconds * RATE)] if parts else np.zeros(0, "<i2")


def faint_noise(seconds: float, rng: np.random.Generator) -> Pcm:
    """What a good microphone gives of a quiet room: white noise of three units RMS (-81 dBFS)."""
    noise: Pcm = np.rint(3 * rng.standard_normal(round(seconds * RATE))).astype("<i2")
    return noise
