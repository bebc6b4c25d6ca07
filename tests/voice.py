"""Talk for tests: the synthetic voice of the benchmarks, with pauses."""

import numpy as np

from bench.recordings import Pcm
from vad.voice import speak

__all__ = ["Pcm", "speak", "talk"]


def talk(*, silence: float, voice: float, pause: float, times: int, rate: int = 16000) -> Pcm:
    """Silence, then `times` stretches of voice with a pause after each (seconds)."""
    parts = [np.zeros(round(silence * rate), "<i2")]
    for i in range(times):
        parts += [speak(voice, rate=rate, seed=i), np.zeros(round(pause * rate), "<i2")]
    return np.concatenate(parts)
