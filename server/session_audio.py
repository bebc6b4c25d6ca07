"""The way in of a session that has started: PCM at the client's rate, to speech events."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from server.protocol import Config, ErrorCode, ProtocolError, SessionStart, SessionUpdate
from server.resampler import Resampler
from server.session_resumption import Resumption
from vad import FRAME_MS, Segment, Segmenter, SpeechEvent, VadSettings

MODEL_RATE: Final = 16000
SAMPLE_BYTES: Final = 2

Pcm = npt.NDArray[np.int16]


class SessionAudio:
    """Resamples and segments, with the settings that the client may change.

    Args:
        start: the client's message: rate, settings, where a resumed session goes on.
        vad: settings for what the client leaves out.
        lead_ms: see `Segmenter`.

    Attributes:
        resumption: where a resumed session goes on.
    """

    def __init__(self, start: SessionStart, vad: VadSettings, *, lead_ms: int = 0) -> None:
        self.resumption = Resumption(start.resume)
        self._sample_rate = start.sample_rate
        self._resampler = Resampler(start.sample_rate, MODEL_RATE)
        self._segmenter = Segmenter(
            MODEL_RATE,
            vad.merge(start.vad) if start.vad else vad,
            interim_ms=start.interim_ms,
            lead_ms=lead_ms,
            start_ms=self.resumption.from_ms,
        )
        answered_ms = self.resumption.answered_ms // FRAME_MS * FRAME_MS
        self._first_ms = max(answered_ms, self._segmenter.position_ms)
        self._again = (self._first_ms - self._segmenter.position_ms) * MODEL_RATE // 1000
        if not self._again:
            self._segmenter.go_on(self.resumption.growing)

    @property
    def config(self) -> Config:
        """Everything in force."""
        return Config(
            sample_rate=self._sample_rate,
            vad=self._segmenter.settings,
            interim_ms=self._segmenter.interim_ms,
        )

    @property
    def position_ms(self) -> int:
        """Where the session's clock stands; a resumed one goes on."""
        return self._segmenter.position_ms

    @property
    def received_ms(self) -> int:
        """How much audio this connection brought, without what was heard again."""
        return max(0, self._segmenter.position_ms - self._first_ms)

    @property
    def settled_ms(self) -> int:
        """No later segment will begin before this point."""
        return max(self._first_ms, self._segmenter.settled_ms)

    def is_growing(self, segment: Segment) -> bool:
        """Whether an interim's segment is still under way."""
        return self._segmenter.growing == (segment.utterance_ms, segment.index)

    def update(self, message: SessionUpdate) -> None:
        """Change settings from the next frame on."""
        if message.vad:
            self._segmenter.settings = self._segmenter.settings.merge(message.vad)
        if message.interim_ms is not None:
            self._segmenter.interim_ms = message.interim_ms

    def resample(self, pcm: bytes) -> Pcm:
        """A binary frame of the client, at the model's rate.

        Raises:
            ProtocolError: there is half a sample at its end; nothing of it was taken.
        """
        if len(pcm) % SAMPLE_BYTES:
            raise ProtocolError(
                ErrorCode.BAD_AUDIO,
                f"{len(pcm)} bytes are not whole 16-bit samples; the message was ignored",
            )
        return self._resampler.push(np.frombuffer(pcm, "<i2"))

    def push(self, samples: Pcm) -> list[SpeechEvent]:
        """What the next samples, at the model's rate, bring about."""
        if self._again:
            samples = self._hear_again(samples)
        return self._segmenter.push(samples.tobytes())

    def flush(self) -> list[SpeechEvent]:
        """End the utterance under way now."""
        return self._segmenter.flush() if not self._again else []

    def end(self) -> list[SpeechEvent]:
        """What is still inside. Nothing may be pushed afterwards."""
        return [*self.push(self._resampler.flush()), *self.flush()]

    def _hear_again(self, samples: Pcm) -> Pcm:
        """Learn the noise from what was answered before. Returns what is left of the samples."""
        known, fresh = samples[: self._again], samples[self._again :]
        self._segmenter.push(known.tobytes())
        self._again -= known.size
        if not self._again:
            self._segmenter.go_on(self.resumption.growing)
        return fresh
