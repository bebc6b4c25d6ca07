"""Canaries for a model directory: sounds made by code, since recordings of people stay at home."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from classifier import open_classifier
from classifier.canary import record_canaries
from vad.voice import RATE, speak

VOICES: Final = ((0.7, 95.0), (1.0, 125.0), (1.3, 165.0), (1.6, 210.0), (1.1, 265.0))
"""Seconds and pitch, Hz: from a low man to a high woman, of different lengths."""
HISS_S: Final = 1.0


def write_canaries(folder: Path) -> None:
    """Have a calibrated model directory answer some sounds, and store both beside it.

    Called after everything else that changes an answer: weights, graph and temperature.

    Raises:
        classifier.ClassifierError: the model cannot be opened or has no answer.
    """
    record_canaries(open_classifier(folder), sounds()).save(folder)


def sounds() -> list[npt.NDArray[np.int16]]:
    """The same at each call: voices, a voice in noise, and noise; int16 at 16 kHz."""
    voices = [speak(s, pitch=hz, seed=i) for i, (s, hz) in enumerate(VOICES)]
    hiss = np.random.default_rng(0).normal(0, 1500, round(HISS_S * RATE))
    noisy = speak(HISS_S, pitch=145.0, seed=len(VOICES)) * 0.5 + hiss
    return [*voices, np.rint(noisy).astype(np.int16), np.rint(hiss).astype(np.int16)]
