"""Streams of any audio under any settings, and what a segmenter says of them."""

from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st

from tests.voice import speak
from vad import Segment, Segmenter, SpeechEvent, VadSettings

RATE = 16000

some_settings = st.builds(
    VadSettings,
    aggressiveness=st.integers(0, 3),
    onset_ms=st.integers(20, 500),
    hangover_ms=st.integers(100, 3000),
    preroll_ms=st.integers(0, 1000),
    min_speech_ms=st.integers(0, 2000),
    max_segment_ms=st.integers(3000, 9000),
)


@st.composite
def some_audio(draw: st.DrawFn) -> np.ndarray:
    """Stretches of voice, noise and silence in any order, up to about 20 s."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    parts = []
    for _ in range(draw(st.integers(0, 6))):
        length = draw(st.integers(1, 4000)) * RATE // 1000
        kind = draw(st.sampled_from(["voice", "noise", "silence", "loud"]))
        if kind == "voice":
            parts.append(speak(length / RATE, seed=int(rng.integers(1 << 30))))
        elif kind == "silence":
            parts.append(np.zeros(length, np.int16))
        else:
            scale = 8000 if kind == "loud" else 100
            parts.append((rng.standard_normal(length) * scale).clip(-32768, 32767).astype("<i2"))
    return np.concatenate(parts).astype("<i2") if parts else np.zeros(0, "<i2")


def run(
    audio: np.ndarray,
    settings: VadSettings,
    chunks: Sequence[int] | None = None,
    **options: int,
) -> list[SpeechEvent]:
    segmenter = Segmenter(RATE, settings, **options)
    events: list[SpeechEvent] = []
    at = 0
    for size in chunks or []:
        events += segmenter.push(audio[at : at + size].tobytes())
        at += size
    events += segmenter.push(audio[at:].tobytes())
    return events + segmenter.flush()


def finals(events: list[SpeechEvent]) -> list[Segment]:
    return [e for e in events if isinstance(e, Segment) and e.final]
