"""One listener's session: what comes in, as actions to take. No I/O, no clock, no model.

Time is counted in samples received, so a recording that is replayed gives the same answer.
Messages leave in the order of the audio: what comes after a verdict that is still awaited waits
for it.

Errors:
    Nothing is raised for what a client sent: it is answered by an `Error` message.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from classifier import Verdict
from server.actions import Action, Classify, Close, JobId, Send
from server.outbox import Outbox
from server.protocol import (
    Ack,
    CloseCode,
    Config,
    Emotion,
    Error,
    ErrorCode,
    Limits,
    ModelChanged,
    ModelInfo,
    Notice,
    ProtocolError,
    Reason,
    SessionClosed,
    SessionCreated,
    SessionFlush,
    SessionStart,
    SessionUpdate,
    SessionUpdated,
    UtteranceEnded,
    UtteranceStarted,
    WarningCode,
    read_client_message,
)
from server.resampler import Resampler
from server.silence import Silence
from vad import (
    Segment,
    Segmenter,
    SpeechEnded,
    SpeechEvent,
    SpeechStarted,
    VadSettings,
)

MODEL_RATE = 16000
ACK_EVERY_MS = 1000
ENDING_NOTICE_MS = 60_000


@dataclass(slots=True)
class _Totals:
    speech_ms: int = 0
    utterances: int = 0
    segments: int = 0


class Session:
    """A state machine: fresh, started, ending, closed.

    Args:
        session_id: unique; a resumed session keeps the id that it brings.
        model: what answers; told to the client.
        limits: told to the client; `session_ms` is kept here, the others at the socket.
        vad: settings in force until the client changes them.
        token_ok: whether a token (or none) may start a session.
    """

    def __init__(
        self,
        session_id: str,
        model: ModelInfo,
        *,
        limits: Limits | None = None,
        vad: VadSettings | None = None,
        token_ok: Callable[[str | None], bool] = lambda _: True,
    ) -> None:
        self.session_id = session_id
        self._model = model
        self._limits = limits or Limits()
        self._vad = vad or VadSettings()
        self._token_ok = token_ok
        self._sample_rate = 0
        self._start_ms = 0
        self._resampler: Resampler | None = None
        self._segmenter: Segmenter | None = None
        self._outbox = Outbox()
        self._jobs: dict[JobId, Segment] = {}
        self._next_job = 0
        self._acked_ms = 0
        self._silence = Silence()
        self._ending_told = False
        self._end: tuple[CloseCode, str] | None = None
        self._closed = False
        self._totals = _Totals()

    @property
    def is_started(self) -> bool:
        """Whether a valid `session.start` came."""
        return self._segmenter is not None

    @property
    def is_ending(self) -> bool:
        """Whether no more audio is taken: what is pending is still answered."""
        return self._end is not None or self._closed

    @property
    def is_closed(self) -> bool:
        """Whether a `Close` was given; everything that comes later is ignored."""
        return self._closed

    @property
    def audio_ms(self) -> int:
        """Where the session's audio clock stands."""
        return self._segmenter.position_ms if self._segmenter else self._start_ms

    def receive_text(self, text: str) -> list[Action]:
        """A text frame of the client."""
        if self._closed or self._end:
            return []
        try:
            message = read_client_message(text)
            if isinstance(message, SessionStart):
                return list(self._start(message))
            if self._segmenter is None:
                raise ProtocolError(ErrorCode.NOT_STARTED, "the first message is session.start")
            if isinstance(message, SessionUpdate):
                return list(self._update(message, self._segmenter))
            if isinstance(message, SessionFlush):
                return list(self._take(self._segmenter.flush()))
            return self.receive_end()
        except ProtocolError as error:
            return list(self._refuse(error))

    def receive_audio(self, pcm: bytes) -> list[Action]:
        """A binary frame of the client: 16-bit little-endian mono, whole samples."""
        if self._closed or self._end:
            return []
        if self._segmenter is None or self._resampler is None:
            return list(
                self._refuse(
                    ProtocolError(ErrorCode.NOT_STARTED, "audio comes after session.start")
                )
            )
        if len(pcm) % 2:
            return list(
                self._refuse(
                    ProtocolError(
                        ErrorCode.BAD_AUDIO,
                        f"{len(pcm)} bytes are not whole 16-bit samples; the message was ignored",
                    )
                )
            )
        samples = self._resampler.push(np.frombuffer(pcm, "<i2"))
        events = self._segmenter.push(samples.tobytes())
        actions = list(self._take(events))
        if self._silence.is_news(samples, self.audio_ms - self._start_ms):
            text = "almost nothing is heard: is the right microphone chosen and not muted?"
            actions += self.receive_warning(WarningCode.QUIET, text)
        actions += self._watch_length()
        return actions

    def receive_verdict(self, job: JobId, verdict: Verdict | None) -> list[Action]:
        """The answer to a `Classify`, or None where there was no time for one.

        An interim without an answer is not missed; a final one is answered `overloaded`.
        """
        segment = self._jobs.pop(job, None)
        if segment is None or self._closed:
            return []
        if not segment.final:
            return list(self._interim(segment, verdict))
        self._outbox.resolve(job, self._emotion(segment, verdict))
        return list(self._deliver())

    def receive_model(self, model: ModelInfo) -> list[Action]:
        """Another model answers from now on."""
        self._model = model
        return [Send(ModelChanged(model=model))] if self.is_started and not self._closed else []

    def receive_warning(self, code: WarningCode, message: str) -> list[Action]:
        """Something the client's person should know, from outside of the session."""
        return [Send(Notice(code=code, message=message))] if not self._closed else []

    def receive_end(
        self, reason: str = "stopped", code: CloseCode = CloseCode.DONE
    ) -> list[Action]:
        """No more audio: what is pending is still answered, then the session is closed."""
        if self._closed or self._end:
            return []
        self._end = (code, reason)
        actions: list[Action] = []
        if self._segmenter and self._resampler:
            rest = self._resampler.flush()
            events = [*self._segmenter.push(rest.tobytes()), *self._segmenter.flush()]
            actions += self._take(events)
        else:
            actions += self._finish(code, reason)
        return actions

    def _start(self, message: SessionStart) -> Iterator[Action]:
        if self._segmenter:
            raise ProtocolError(
                ErrorCode.ALREADY_STARTED, "the session runs; use session.update to change it"
            )
        if not self._token_ok(message.token):
            raise ProtocolError(
                ErrorCode.TOKEN, "this server asks for a token, and this is not it", CloseCode.TOKEN
            )
        if message.resume:
            self.session_id = message.resume.session_id
            self._start_ms = message.resume.from_ms
        self._sample_rate = message.sample_rate
        self._resampler = Resampler(message.sample_rate, MODEL_RATE)
        self._segmenter = Segmenter(
            MODEL_RATE,
            self._vad.merge(message.vad) if message.vad else self._vad,
            interim_ms=message.interim_ms,
            start_ms=self._start_ms,
        )
        self._acked_ms = self._segmenter.position_ms
        yield Send(
            SessionCreated(
                session_id=self.session_id,
                model=self._model,
                config=self._config(self._segmenter),
                limits=self._limits,
                resumed=message.resume is not None,
            )
        )

    def _update(self, message: SessionUpdate, segmenter: Segmenter) -> Iterator[Action]:
        if message.vad:
            segmenter.settings = segmenter.settings.merge(message.vad)
        if message.interim_ms is not None:
            segmenter.interim_ms = message.interim_ms
        yield Send(SessionUpdated(config=self._config(segmenter)))

    def _config(self, segmenter: Segmenter) -> Config:
        return Config(
            sample_rate=self._sample_rate, vad=segmenter.settings, interim_ms=segmenter.interim_ms
        )

    def _take(self, events: list[SpeechEvent]) -> Iterator[Action]:
        for event in events:
            match event:
                case SpeechStarted(start_ms):
                    self._totals.utterances += 1
                    self._outbox.put(UtteranceStarted(utterance_id=start_ms, start_ms=start_ms))
                case Segment():
                    yield self._classify(event)
                case SpeechEnded(start_ms, end_ms):
                    self._outbox.put(UtteranceEnded(utterance_id=start_ms, end_ms=end_ms))
                case _:
                    self._totals.utterances -= 1
                    self._outbox.put(
                        UtteranceEnded(
                            utterance_id=event.start_ms,
                            end_ms=event.end_ms,
                            discarded=event.reason,
                        )
                    )
        yield from self._deliver()

    def _classify(self, segment: Segment) -> Classify:
        job = self._next_job
        self._next_job += 1
        self._jobs[job] = segment
        if segment.final:
            self._outbox.wait_for(job)
            self._totals.segments += 1
            self._totals.speech_ms += segment.end_ms - segment.start_ms
        return Classify(job, segment)

    def _interim(self, segment: Segment, verdict: Verdict | None) -> Iterator[Action]:
        """Give an interim only while it is news: nothing later was found, nothing earlier waits."""
        is_growing = self._segmenter and self._segmenter.growing == (
            segment.utterance_ms,
            segment.index,
        )
        if verdict and is_growing and self._outbox.is_empty:
            yield Send(self._emotion(segment, verdict))

    def _emotion(self, segment: Segment, verdict: Verdict | None) -> Emotion:
        labels = self._model.labels
        reason = verdict.reason if verdict else Reason.OVERLOADED
        return Emotion(
            utterance_id=segment.utterance_ms,
            segment=segment.index,
            final=segment.final,
            start_ms=segment.start_ms,
            end_ms=segment.end_ms,
            label=verdict.label if verdict else None,
            reason=Reason(reason) if reason else None,
            confidence=verdict.confidence if verdict else 1 / len(labels),
            scores=verdict.scores if verdict else dict.fromkeys(labels, 1 / len(labels)),
            model=verdict.model if verdict else self._model.version,
        )

    def _deliver(self) -> Iterator[Action]:
        """Send what has nothing left to wait for, then what is due when nothing waits at all."""
        yield from (Send(message) for message in self._outbox.ready())
        if not self._outbox.is_empty:
            return
        if self._end:
            yield from self._finish(*self._end)
            return
        settled = self._segmenter.settled_ms if self._segmenter else 0
        if settled - self._acked_ms >= ACK_EVERY_MS:
            self._acked_ms = settled
            yield Send(Ack(audio_ms=settled))

    def _finish(self, code: CloseCode, reason: str) -> Iterator[Action]:
        self._closed = True
        if self._segmenter:
            yield Send(
                SessionClosed(
                    reason=reason,
                    audio_ms=self._segmenter.position_ms - self._start_ms,
                    speech_ms=self._totals.speech_ms,
                    utterances=self._totals.utterances,
                    segments=self._totals.segments,
                )
            )
        yield Close(code, reason)

    def _watch_length(self) -> list[Action]:
        left = self._limits.session_ms - (self.audio_ms - self._start_ms)
        if left <= 0:
            error = Error(
                code=ErrorCode.TOO_LONG, message="a session ends here; start anew", fatal=True
            )
            return [Send(error), *self.receive_end("too_long", CloseCode.TOO_LONG)]
        if left <= ENDING_NOTICE_MS and not self._ending_told:
            self._ending_told = True
            text = f"the session ends in {left // 1000} s"
            return self.receive_warning(WarningCode.ENDING, text)
        return []

    def _refuse(self, error: ProtocolError) -> Iterator[Action]:
        fatal = error.close is not None
        yield Send(Error(code=error.code, message=str(error), fatal=fatal))
        if error.close is not None:
            self._closed = True
            yield Close(error.close, error.code)
