"""The utterance under way."""

from __future__ import annotations

from dataclasses import dataclass

from vad.events import Segment


@dataclass(slots=True)
class Utterance:
    """One stretch of speech that has begun. Frame numbers count from the start of the stream.

    Attributes:
        start: its first frame.
        segment_start: first frame of the segment that is growing.
        speech_end: one past the last voiced frame.
        looked_at: the frame at which the last interim was due.
        voiced: how many frames of it are speech.
        index: of the segment that is growing.
        expected: the segment that was told in the pause under way.
    """

    start: int
    segment_start: int
    speech_end: int
    looked_at: int
    voiced: int = 0
    index: int = 0
    expected: Segment | None = None

    def speak_on(self, until: int) -> None:
        """Another frame of speech, which ends before `until`."""
        self.voiced += 1
        self.speech_end = until
        self.expected = None

    def cut(self, at: int, now: int) -> None:
        """The segment under way ends at a frame, and the next one begins there."""
        self.segment_start, self.looked_at = at, now
        self.index += 1
        self.expected = None

    def is_too_short(self, least: int) -> bool:
        """Whether it has less than so many frames of speech, and no segment yet."""
        return self.index == 0 and self.voiced < least

    def has_segment(self, least: int) -> bool:
        """Whether a segment would be cut if it ended with its last frame of speech."""
        return self.speech_end > self.segment_start and not self.is_too_short(least)
