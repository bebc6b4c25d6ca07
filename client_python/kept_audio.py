"""The audio that may have to be sent again."""

from __future__ import annotations

from typing import Final

SAMPLE_BYTES: Final = 2


class KeptAudio:
    """The end of a stream of PCM. Its clock counts samples from the start of the stream.

    Args:
        sample_rate: Hz.

    Examples:
        >>> kept = KeptAudio(16000)
        >>> kept.add(bytes(64000))
        >>> kept.forget(1500)
        >>> kept.start_ms, kept.end_ms, len(kept.since(kept.offset(1900)))
        (1500, 2000, 3200)
    """

    def __init__(self, sample_rate: int) -> None:
        self._rate = sample_rate
        self._pcm = bytearray()
        self._first = 0  # where `_pcm` begins, bytes

    @property
    def start_ms(self) -> int:
        """The first whole millisecond that is still there."""
        return -(-self._first * 1000 // (self._rate * SAMPLE_BYTES))

    @property
    def end_ms(self) -> int:
        """How much there was in all."""
        return self.end * 1000 // (self._rate * SAMPLE_BYTES)

    @property
    def end(self) -> int:
        """The same in bytes."""
        return self._first + len(self._pcm)

    def add(self, pcm: bytes) -> None:
        """Take what comes next."""
        self._pcm += pcm

    def offset(self, at_ms: int) -> int:
        """The byte at which a moment begins."""
        return at_ms * self._rate // 1000 * SAMPLE_BYTES

    def since(self, offset: int, most_bytes: int | None = None) -> bytes:
        """What follows a byte, so many bytes at most; of what is forgotten, nothing."""
        first = max(0, offset - self._first)
        return bytes(self._pcm[first : None if most_bytes is None else first + most_bytes])

    def forget(self, before_ms: int) -> None:
        """Drop what lies before a moment."""
        count = min(self.offset(before_ms) - self._first, len(self._pcm))
        if count > 0:
            del self._pcm[:count]
            self._first += count
