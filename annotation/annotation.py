"""The annotation: segments on a time line, each with its verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby, pairwise

from annotation.errors import AnnotationError
from annotation.notation import one_line


@dataclass(frozen=True, slots=True)
class About:
    """What is annotated, and by what.

    Attributes:
        source: name of the recording without its folder, or what else was heard.
        made_at: when, with its time zone.
        model: version of the model that answered at the start.
        labels: the emotions that it tells apart, in its order.
    """

    source: str
    made_at: datetime
    model: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment with its final verdict; fields as in the protocol's `Emotion`.

    Attributes:
        utterance_id: of the utterance that it belongs to.
        segment: its number within that, from 0.
        start_ms: from the start of the recording, as the next.
        end_ms: later than that.
        label: the emotion, or None.
        reason: why there is none, or None.
        confidence: the highest of the scores.
        scores: emotion to probability.
        model: version of the model that answered.
        correction: what a person says that it was, or None.
        note: what a person says of it, or None.
    """

    utterance_id: int
    segment: int
    start_ms: int
    end_ms: int
    label: str | None
    reason: str | None
    confidence: float
    scores: Mapping[str, float]
    model: str
    correction: str | None = None
    note: str | None = None

    @property
    def word(self) -> str:
        """The label, or the reason why there is none, on one line."""
        return one_line(self.label) or one_line(self.reason) or "unknown"


@dataclass(frozen=True, slots=True)
class Annotation:
    """All that was heard in a recording or a session.

    Attributes:
        about: what, and by what.
        audio_ms: its length.
        segments: in order, none over another, as the segmenter gives them.

    Raises:
        AnnotationError: they are not, or there are some beyond the end.
    """

    about: About
    audio_ms: int
    segments: tuple[Segment, ...]

    def __post_init__(self) -> None:
        for segment in self.segments:
            if not 0 <= segment.start_ms < segment.end_ms <= self.audio_ms:
                raise AnnotationError(
                    f"a segment from {segment.start_ms} to {segment.end_ms} ms has no place in "
                    f"a recording of {self.audio_ms} ms"
                )
        for one, other in pairwise(self.segments):
            if other.start_ms < one.end_ms:
                raise AnnotationError(
                    f"the segment at {other.start_ms} ms begins before the one at "
                    f"{one.start_ms} ms ends; give them in order"
                )

    @classmethod
    def gather(cls, about: About, audio_ms: int, segments: Iterable[Segment]) -> Annotation:
        """The annotation of segments as a connection gave them that may have been cut.

        They are put in order. Where one reaches into another, the later one begins where the
        earlier ends; one that lies within another whole was heard before, and is left out.

        Args:
            about: what is annotated.
            audio_ms: its length, as far as it is known.
            segments: in any order.
        """
        gathered: list[Segment] = []
        at = 0
        for segment in sorted(segments, key=lambda each: each.start_ms):
            if segment.end_ms > max(at, segment.start_ms):
                gathered.append(replace(segment, start_ms=max(at, segment.start_ms)))
                at = segment.end_ms
        return cls(about, max(audio_ms, at), tuple(gathered))

    @property
    def utterances(self) -> tuple[tuple[Segment, ...], ...]:
        """The segments of each utterance. It begins with its first and ends with its last."""
        by_utterance = groupby(self.segments, lambda segment: segment.utterance_id)
        return tuple(tuple(segments) for _, segments in by_utterance)
