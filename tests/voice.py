"""A synthetic voice that WebRTC VAD takes for one: a buzz with formants and syllables."""

import numpy as np
import numpy.typing as npt

Pcm = npt.NDArray[np.int16]


def speak(
    seconds: float, *, rate: int = 16000, pitch: float = 130.0, level: float = 0.2, seed: int = 0
) -> Pcm:
    """Voiced syllables, four a second, at `level` of full scale (RMS)."""
    rng = np.random.default_rng(seed)
    count = round(seconds * rate)
    if not count:
        return np.zeros(0, "<i2")
    time = np.arange(count) / rate
    phase = 2 * np.pi * np.cumsum(pitch * (1 + 0.1 * np.sin(2 * np.pi * 1.7 * time))) / rate
    wave = np.zeros(count)
    formants = ((600, 120, 1.0), (1200, 150, 0.6), (2500, 200, 0.3))
    for harmonic in range(1, int(3600 // pitch)):
        frequency = harmonic * pitch
        gain = sum(g / (1 + ((frequency - f) / w) ** 2) for f, w, g in formants)
        wave += gain * np.sin(harmonic * phase + rng.uniform(0, 2 * np.pi))
    wave *= 0.55 + 0.45 * np.sin(2 * np.pi * 4 * time - np.pi / 2)
    wave += 0.001 * rng.standard_normal(count)
    wave *= level / max(float(np.sqrt(np.mean(wave**2))), 1e-9)
    return (wave * 32767).clip(-32768, 32767).astype("<i2")


def talk(*, silence: float, voice: float, pause: float, times: int, rate: int = 16000) -> Pcm:
    """Silence, then `times` stretches of voice with a pause after each."""
    parts = [np.zeros(round(silence * rate), "<i2")]
    for i in range(times):
        parts += [speak(voice, rate=rate, seed=i), np.zeros(round(pause * rate), "<i2")]
    return np.concatenate(parts)
