"""Cuts a stream of PCM into utterances. Pure: no asyncio, no sockets, no clock, no torch.

Errors:
    * ``ValueError``
        * :exc:`PcmError`: PCM that is not whole 16-bit samples.
        * :exc:`RateError`: a sample rate that WebRTC VAD does not take.
"""

from vad.detector import RATES, Detector, RateError
from vad.events import Segment, SpeechDiscarded, SpeechEnded, SpeechEvent, SpeechStarted
from vad.level import SILENCE_DB, NoiseFloor, clipped_share, rms_db
from vad.segmenter import PcmError, Segmenter
from vad.settings import VadSettings

__all__ = [
    "RATES",
    "SILENCE_DB",
    "Detector",
    "NoiseFloor",
    "PcmError",
    "RateError",
    "Segment",
    "Segmenter",
    "SpeechDiscarded",
    "SpeechEnded",
    "SpeechEvent",
    "SpeechStarted",
    "VadSettings",
    "clipped_share",
    "rms_db",
]
