"""Segments that a queue may get."""

from dataclasses import replace

from vad import Segment

FINAL = Segment(
    utterance_ms=0,
    index=0,
    start_ms=0,
    end_ms=1000,
    pcm=bytes(32000),
    final=True,
    voiced_ms=900,
    level_db=-20.0,
    noise_db=-60.0,
    clipped=0.25,
)
INTERIM = replace(FINAL, final=False)


def sized(size: int, segment: Segment = FINAL) -> Segment:
    """A segment that is known again by its length."""
    return replace(segment, pcm=bytes(size))
