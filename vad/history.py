"""The last frames of a stream: what of them may still be asked for."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from vad.level import SILENCE_DB, clipped_share


class Stretch(NamedTuple):
    """Successive frames.

    Attributes:
        pcm: their samples, int16 little-endian.
        voiced: how many of them are speech.
        level_db: RMS of these, dBFS.
        clipped: share of samples at full scale, 0 to 1.
    """

    pcm: bytes
    voiced: int
    level_db: float
    clipped: float


class History:
    """One buffer of PCM with the level and the voice of each frame beside it.

    Frames are numbered from the start of the stream. What was forgotten makes room for what comes:
    a stream needs no more memory the longer it lasts.

    Args:
        frame_bytes: size of a frame.
        first: number of the first frame that will come.
    """

    def __init__(self, frame_bytes: int, first: int) -> None:
        self.first = first
        self._frame_bytes = frame_bytes
        self._pcm = bytearray()
        self._levels: list[float] = []
        self._voiced: list[bool] = []

    def add(
        self, pcm: bytes | bytearray | memoryview, levels: list[float], voiced: list[bool]
    ) -> None:
        """Take the next frames."""
        self._pcm += pcm
        self._levels += levels
        self._voiced += voiced

    def forget(self, before: int) -> None:
        """Drop the frames before this one; nothing reaches back behind it again."""
        count = before - self.first
        if count > 0:
            del self._pcm[: count * self._frame_bytes]
            del self._levels[:count]
            del self._voiced[:count]
            self.first = before

    def stretch(self, start: int, end: int) -> Stretch:
        """The frames from `start` up to `end`, which is not among them."""
        first, last = start - self.first, end - self.first
        pcm = bytes(self._pcm[first * self._frame_bytes : last * self._frame_bytes])
        levels = np.array(self._levels[first:last])[np.array(self._voiced[first:last], bool)]
        level = 10 * np.log10(np.mean(10 ** (levels / 10))) if levels.size else SILENCE_DB
        return Stretch(pcm, levels.size, float(level), clipped_share(np.frombuffer(pcm, "<i2")))

    def quietest(self, start: int, end: int, span: int) -> int:
        """The middle of the quietest `span` frames between two frames."""
        levels = self._levels[start - self.first : end - self.first]
        smooth = np.convolve(levels, np.ones(span), mode="valid")
        return start + int(np.argmin(smooth)) + (span + 1) // 2
