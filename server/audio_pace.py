"""How fast the audio of one session may come."""

from __future__ import annotations

import asyncio
from typing import Final

from server.token_bucket import TokenBucket

SAMPLE_BYTES: Final = 2

SLACK_S: Final = 1.0
"""So much audio may come early, by the jitter of a network, from who still keeps the pace."""


class AudioPace:
    """Has who sends faster than audio passes wait.

    Args:
        sample_rate: Hz.
        pace: seconds of audio that may come in a second.
        burst_ms: audio that may come at once before that.
    """

    def __init__(self, sample_rate: int, pace: float, burst_ms: int) -> None:
        burst = burst_ms * sample_rate / 1000
        slack = min(SLACK_S * sample_rate, burst / 2)
        self._bytes_per_second = sample_rate * SAMPLE_BYTES
        self._bucket = TokenBucket(pace * sample_rate, burst, slack=slack)
        self._is_resting = False

    def seconds(self, pcm: bytes) -> float:
        """How much audio it is."""
        return len(pcm) / self._bytes_per_second

    def take(self, pcm: bytes) -> bool:
        """Take audio from a client that keeps the pace.

        Returns:
            False where nothing was taken: `rest` has to come behind this audio.
        """
        return not self._is_resting and self._bucket.take_if_full(len(pcm) // SAMPLE_BYTES)

    async def rest(self, pcm: bytes) -> None:
        """Take audio of anyone; other sessions come in between where more may be here already."""
        samples = len(pcm) // SAMPLE_BYTES
        debt = self._bucket.take(samples)
        if samples and not self._bucket.was_full:
            self._is_resting = True
            try:
                await asyncio.sleep(debt)
            finally:
                self._is_resting = False
