"""Whether one frame is speech: WebRTC VAD behind a gate on the level above the noise floor."""

from __future__ import annotations

from typing import Final

import webrtcvad

from vad.level import NoiseFloor

RATES: Final = (8000, 16000, 32000, 48000)
"""Sample rates that WebRTC VAD takes, Hz."""

FRAME_MS: Final = (10, 20, 30)
"""Frame lengths that WebRTC VAD takes."""

GATE_DB: Final = 6.0
"""How far above the noise floor a voiced frame has to be. Stationary noise stays within about 3 dB
of the minimum of its frame levels; speech at 5 dB SNR passes with its louder half."""

LEAST_DB: Final = -65.0
"""Quieter than this is never speech: a good microphone's own noise."""


class RateError(ValueError):
    """The sample rate is not one of `RATES`."""


class Detector:
    """Voice activity of successive frames of one stream. WebRTC VAD adapts: one detector a stream.

    Args:
        sample_rate: one of `RATES`.
        frame_ms: one of `FRAME_MS`.
        aggressiveness: 0 to 3.

    Raises:
        RateError: for another sample rate. Resample first.
    """

    def __init__(self, sample_rate: int, frame_ms: int, aggressiveness: int) -> None:
        if sample_rate not in RATES:
            raise RateError(f"the sample rate is {sample_rate}; resample to one of {RATES}")
        self._rate = sample_rate
        self._vad = webrtcvad.Vad(aggressiveness)
        self._floor = NoiseFloor(frame_ms)

    @property
    def noise_db(self) -> float:
        """The noise floor, dBFS."""
        return self._floor.db

    def set_aggressiveness(self, aggressiveness: int) -> None:
        """Change the mode; what was learned of the noise is kept."""
        self._vad.set_mode(aggressiveness)

    def is_speech(self, frame: bytes | memoryview, level_db: float) -> bool:
        """Whether the next frame of the stream is speech.

        Args:
            frame: one frame, int16 little-endian.
            level_db: its RMS level, dBFS.
        """
        voiced: bool = self._vad.is_speech(frame, self._rate)
        floor = self._floor.update(level_db)
        return voiced and level_db >= LEAST_DB and level_db >= floor + GATE_DB
