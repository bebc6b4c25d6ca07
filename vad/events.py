"""What a segmenter says about a stream. Times are milliseconds since the stream began."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """An utterance began. It is closed by one `SpeechEnded` or one `SpeechDiscarded`."""

    start_ms: int


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of an utterance to classify.

    Attributes:
        utterance_ms: ``start_ms`` of the utterance that this belongs to; its identity.
        index: number of this segment within the utterance, from 0.
        start_ms: where ``pcm`` begins.
        end_ms: where ``pcm`` ends; ``pcm`` holds exactly the samples in between.
        pcm: 16-bit little-endian mono at the segmenter's rate.
        final: False for a look at a segment that is still growing.
        voiced_ms: how much of it the detector called speech.
        level_db: RMS of the voiced frames, dBFS (0 is full scale, silence is -96).
        noise_db: the noise floor when the segment was cut, dBFS.
        clipped: share of samples at full scale, 0 to 1.
    """

    utterance_ms: int
    index: int
    start_ms: int
    end_ms: int
    pcm: bytes
    final: bool
    voiced_ms: int
    level_db: float
    noise_db: float
    clipped: float

    @property
    def snr_db(self) -> float:
        """Level of the voiced frames above the noise floor, dB."""
        return self.level_db - self.noise_db


@dataclass(frozen=True, slots=True)
class SpeechEnded:
    """The utterance that began at ``start_ms`` is over."""

    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class SpeechDiscarded:
    """The utterance that began at ``start_ms`` was no speech after all; nothing was cut from it."""

    start_ms: int
    end_ms: int
    reason: Literal["too_short"]


@dataclass(frozen=True, slots=True)
class SegmentExpected:
    """A pause has come; if it lasts, ``segment`` is what follows, with the noise floor of then.

    Comes only where it is asked for. Speech may go on, or a cut come first: it promises nothing.
    """

    segment: Segment


SpeechEvent: TypeAlias = SpeechStarted | Segment | SpeechEnded | SpeechDiscarded | SegmentExpected
