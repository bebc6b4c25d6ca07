"""What each of many listeners says: real speech with so much pause that it takes its share."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from bench.errors import RecordingError
from bench.expectation import Expectation, expect
from bench.recordings import RATE, Pcm, read_recording
from bench.voice import converse, faint_noise
from vad import Segment, Segmenter, VadSettings

LEAST_PAUSE_S: Final = 0.7
"""Longer than the default hangover, so that a pause ends the utterance before it."""
JITTER: Final = (0.8, 1.2)
"""The share is not kept after each stretch of speech, but up to this factor."""
LATEST_S: Final = 30.0
"""By which a listener may come in late."""
TRIAL_S: Final = 180.0
SYNTHETIC_S: Final = 120.0


class Programme(NamedTuple):
    """What one listener sends, and what has to come of it.

    Attributes:
        pcm: 16-bit little-endian mono at `RATE`.
        expected: the verdicts and ends of utterances.
    """

    pcm: bytes
    expected: Expectation

    @property
    def speech_ms(self) -> int:
        """How much of it is classified."""
        return sum(due.end_ms - due.start_ms for due in self.expected.verdicts.values())


def cut_segments(recordings: Sequence[Path], settings: VadSettings) -> list[Segment]:
    """The segments of recordings, as the server cuts them; of a synthetic voice without any.

    Raises:
        RecordingError: a recording cannot be read, or there is no speech in any.
    """
    heard = [read_recording(path) for path in recordings] or [converse(SYNTHETIC_S)]
    found: list[Segment] = []
    for pcm in heard:
        segmenter = Segmenter(RATE, settings)
        events = [*segmenter.push(pcm.tobytes()), *segmenter.flush()]
        found += [event for event in events if isinstance(event, Segment)]
    if not found:
        raise RecordingError("there is no speech in these recordings")
    return found


def make_programmes(
    segments: Sequence[Segment], count: int, seconds: float, share: float, settings: VadSettings
) -> list[Programme]:
    """Different programmes of these segments, the same ones each time.

    Args:
        segments: what is said.
        count: how many.
        seconds: of each.
        share: of the time that is speech, above 0 to 1; less where pauses get too short for it.
        settings: those in force in the sessions, for what has to come.
    """
    said = [np.frombuffer(segment.pcm, "<i2") for segment in segments]

    def make(seconds: float, share: float, seed: int) -> Programme:
        pcm = arrange(said, seconds, share, np.random.default_rng(seed))
        return Programme(pcm.tobytes(), expect(pcm, settings))

    # Cut again, segments lose some of their beginnings and ends: a trial says how much.
    trial = speech_share([make(TRIAL_S, share, count)])
    wanted = min(1.0, share * share / trial) if trial else share
    return [make(seconds, wanted, seed) for seed in range(count)]


def arrange(said: Sequence[Pcm], seconds: float, share: float, rng: np.random.Generator) -> Pcm:
    """Stretches of speech in random order with pauses of faint noise, int16 at `RATE`.

    Each pause is as long as brings the whole so far to the share, give or take `JITTER`. Where in
    all this the listener comes in is chance.
    """
    length = round(seconds * RATE)
    skipped = round(rng.uniform(0, LATEST_S) * RATE)
    parts: list[Pcm] = []
    spoken = elapsed = 0
    while elapsed < skipped + length:
        for number in rng.permutation(len(said)):
            spoken += said[number].size
            elapsed += said[number].size
            wanted = spoken / share * rng.uniform(*JITTER) - elapsed
            pause = faint_noise(max(LEAST_PAUSE_S, wanted / RATE), rng)
            elapsed += pause.size
            parts += [said[number], pause]
    return np.concatenate(parts)[skipped : skipped + length]


def speech_share(programmes: Sequence[Programme]) -> float:
    """How much of the time of all of them is classified."""
    total = sum(len(programme.pcm) for programme in programmes) * 1000 / (2 * RATE)
    return sum(programme.speech_ms for programme in programmes) / total if total else 0.0
