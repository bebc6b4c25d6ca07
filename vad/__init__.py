"""Cuts a stream of PCM into utterances. Pure: no asyncio, no sockets, no clock, no torch.

Errors:
    * ``ValueError``
        * :exc:`PcmError`: PCM that is not whole 16-bit samples.
        * :exc:`RateError`: a sample rate that WebRTC VAD does not take.
"""

from vad.detector import RATES, Detector, RateError, remembers_from_ms
from vad.events import (
    Segment,
    SegmentExpected,
    SpeechDiscarded,
    SpeechEnded,
    SpeechEvent,
    SpeechStarted,
)
from vad.level import SILENCE_DB, NoiseFloor, clipped_share, rms_db
from vad.segmenter import FRAME_MS, PcmError, Segmenter
from vad.settings import VadSettings

__all__ = [
    "FRAME_MS",
    "RATES",
    "SILENCE_DB",
    "Detector",
    "NoiseFloor",
    "PcmError",
    "RateError",
    "Segment",
    "SegmentExpected",
    "Segmenter",
    "SpeechDiscarded",
    "SpeechEnded",
    "SpeechEvent",
    "SpeechStarted",
    "VadSettings",
    "clipped_share",
    "remembers_from_ms",
    "rms_db",
]
