"""The utterances of a whole recording, by the very same `Session` that a stream speaks with."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Final

from pydantic import BaseModel, ConfigDict

from classifier import Verdict
from server.actions import Action, Classify, Send
from server.protocol import (
    Emotion,
    Limits,
    ModelInfo,
    Reason,
    SessionClosed,
    SessionStart,
    UtteranceEnded,
)
from server.recording import Recording
from server.session import Session
from vad import Segment, VadSettings

CHUNK_MS: Final = 1000


class AnalysedSegment(BaseModel):
    """The verdict on a segment; the fields are those of `Emotion`."""

    model_config = ConfigDict(frozen=True)

    start_ms: int
    end_ms: int
    label: str | None
    reason: Reason | None
    confidence: float
    scores: dict[str, float]


class AnalysedUtterance(BaseModel):
    """One stretch of speech."""

    model_config = ConfigDict(frozen=True)

    start_ms: int
    end_ms: int
    segments: tuple[AnalysedSegment, ...]


class Analysis(BaseModel):
    """What was found in a recording; the JSON of ``POST /v1/classify``.

    Attributes:
        audio_ms: length of the recording, whole frames.
        model: version of the model that answered.
        utterances: in order; what was no speech after all is not among them.
    """

    model_config = ConfigDict(frozen=True)

    audio_ms: int
    model: str
    utterances: tuple[AnalysedUtterance, ...]


def analyse(
    recording: Recording,
    model: ModelInfo,
    classify: Callable[[Segment], Verdict | None],
    *,
    vad: VadSettings | None = None,
) -> Analysis:
    """Find and classify the utterances of a recording.

    Args:
        recording: what to hear.
        model: what `classify` asks.
        classify: called for one segment after the other; None is answered ``overloaded``. What
            it raises goes through.
        vad: how speech is cut out.
    """
    whole_ms = len(recording.samples) * 1000 // recording.sample_rate
    # Longer than the recording: the limit of a stream is none of a file.
    session = Session("file", model, limits=Limits(session_ms=whole_ms + 60_000), vad=vad)
    collector = _Collector(session, classify)
    start = SessionStart(sample_rate=recording.sample_rate, interim_ms=0)
    collector.take(session.receive_text(start.to_json()))
    step = recording.sample_rate * CHUNK_MS // 1000
    for first in range(0, len(recording.samples), step):
        pcm = recording.samples[first : first + step].astype("<i2", copy=False).tobytes()
        collector.take(session.receive_audio(pcm))
    collector.take(session.receive_end())
    return Analysis(
        audio_ms=collector.audio_ms, model=model.version, utterances=tuple(collector.utterances)
    )


class _Collector:
    """Does what a session asks for, at once, and keeps what it says."""

    def __init__(self, session: Session, classify: Callable[[Segment], Verdict | None]) -> None:
        self._session = session
        self._classify = classify
        self._segments: list[AnalysedSegment] = []
        self.utterances: list[AnalysedUtterance] = []
        self.audio_ms = 0

    def take(self, actions: Iterable[Action]) -> None:
        todo = deque(actions)
        while todo:
            match todo.popleft():
                case Classify(job, segment):
                    todo += self._session.receive_verdict(job, self._classify(segment))
                case Send(Emotion() as emotion):
                    self._segments.append(
                        AnalysedSegment.model_validate(emotion, from_attributes=True)
                    )
                case Send(UtteranceEnded() as ended):
                    self._end(ended)
                case Send(SessionClosed() as closed):
                    self.audio_ms = closed.audio_ms

    def _end(self, ended: UtteranceEnded) -> None:
        if ended.discarded is None:
            utterance = AnalysedUtterance(
                start_ms=ended.utterance_id, end_ms=ended.end_ms, segments=tuple(self._segments)
            )
            self.utterances.append(utterance)
        self._segments = []
