"""Whether one frame is speech: WebRTC VAD behind a gate on the level above the noise floor."""

from __future__ import annotations

from collections.abc import Sequence
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


RENEWAL_MS: Final = 30_000
OVERLAP_MS: Final = 5_000
"""At each whole `RENEWAL_MS` of the stream's clock another WebRTC VAD takes over, which has heard
the `OVERLAP_MS` before: it has settled, and the noise floor (4 s) with it. What is said of a frame
then rests on the last 35 s alone, however long the stream is; a server that hears these again
(`remembers_from_ms`) says the same."""


class RateError(ValueError):
    """The sample rate is not one of `RATES`."""


class Detector:
    """Voice activity of successive frames of one stream. WebRTC VAD adapts: one detector a stream.

    Args:
        sample_rate: one of `RATES`.
        frame_ms: one of `FRAME_MS`.
        aggressiveness: 0 to 3.
        first: number of the first frame that will come; a stream may go on at any.

    Raises:
        RateError: for another sample rate. Resample first.
    """

    def __init__(
        self, sample_rate: int, frame_ms: int, aggressiveness: int, first: int = 0
    ) -> None:
        if sample_rate not in RATES:
            raise RateError(f"the sample rate is {sample_rate}; resample to one of {RATES}")
        self._rate = sample_rate
        self._frame_bytes = sample_rate * frame_ms // 1000 * 2
        self._mode = aggressiveness
        self._vad = webrtcvad.Vad(aggressiveness)
        self._successor: webrtcvad.Vad | None = None
        self._alone = (RENEWAL_MS - OVERLAP_MS) // frame_ms
        self._together = OVERLAP_MS // frame_ms
        self._left = self._alone - first % (RENEWAL_MS // frame_ms)  # frames to the next change
        if self._left <= 0:
            self._change()
            self._left = RENEWAL_MS // frame_ms - first % (RENEWAL_MS // frame_ms)
        self._floor = NoiseFloor(frame_ms)

    @property
    def noise_db(self) -> float:
        """The noise floor, dBFS."""
        return self._floor.db

    def set_aggressiveness(self, aggressiveness: int) -> None:
        """Change the mode; what was learned of the noise is kept."""
        self._mode = aggressiveness
        for vad in filter(None, (self._vad, self._successor)):
            vad.set_mode(aggressiveness)

    def decide(
        self, pcm: bytes | bytearray | memoryview, levels_db: Sequence[float]
    ) -> tuple[list[bool], list[float]]:
        """Which of the next frames of the stream are speech.

        Args:
            pcm: whole frames, int16 little-endian.
            levels_db: the RMS level of each, dBFS.

        Returns:
            Whether it is speech, and the noise floor with it, dBFS, frame by frame.
        """
        # A Python loop for each frame, and the only one in silence.
        size = self._frame_bytes
        frames = [pcm[at : at + size] for at in range(0, len(pcm), size)]
        floors = self._floor.update(levels_db)
        voiced = [
            is_voice and level >= LEAST_DB and level >= floor + GATE_DB
            for is_voice, level, floor in zip(self._hear(frames), levels_db, floors, strict=True)
        ]
        return voiced, floors

    def _hear(self, frames: Sequence[bytes | bytearray | memoryview]) -> list[bool]:
        """What WebRTC VAD says of each frame; its successor listens along before it takes over."""
        rate, samples, heard = self._rate, self._frame_bytes // 2, list[bool]()
        while len(heard) < len(frames):
            part = frames[len(heard) : len(heard) + self._left]
            is_speech = self._vad.is_speech
            heard += [is_speech(frame, rate, samples) for frame in part]
            if self._successor:
                for frame in part:
                    self._successor.is_speech(frame, rate, samples)
            self._left -= len(part)
            if not self._left:
                self._change()
        return heard

    def _change(self) -> None:
        if self._successor:
            self._vad, self._successor, self._left = self._successor, None, self._alone
        else:
            self._successor, self._left = webrtcvad.Vad(self._mode), self._together


def remembers_from_ms(at_ms: int) -> int:
    """The first moment of a stream that what is said from `at_ms` on rests on.

    Examples:
        >>> remembers_from_ms(29_980), remembers_from_ms(30_000), remembers_from_ms(95_000)
        (0, 25000, 85000)
    """
    return max(0, at_ms // RENEWAL_MS * RENEWAL_MS - OVERLAP_MS)
