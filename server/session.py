"""One listener's session: what comes in, as actions to take. No I/O, no clock, no model.

Time is counted in samples received, so a recording that is replayed gives the same answer.
Messages leave in the order of the audio: what comes after a verdict that is still awaited waits
for it.

Errors:
    Nothing is raised for what a client sent: it is answered by an `Error` message.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from classifier import Verdict
from server.actions import Action, Classify, Close, Expect, JobId, Send
from server.outbox import Outbox
from server.protocol import (
    Ack,
    CloseCode,
    Error,
    ErrorCode,
    Limits,
    ModelChanged,
    ModelInfo,
    Notice,
    ProtocolError,
    SessionCreated,
    SessionFlush,
    SessionStart,
    SessionUpdate,
    SessionUpdated,
    UtteranceEnded,
    WarningCode,
    read_client_message,
)
from server.session_answer import session_answer
from server.session_audio import SessionAudio
from server.session_notices import SessionNotices
from server.session_totals import SessionTotals
from vad import (
    Segment,
    SegmentExpected,
    SpeechDiscarded,
    SpeechEvent,
    SpeechStarted,
    VadSettings,
    remembers_from_ms,
)

ACK_EVERY_MS: Final = 1000


class Session:
    """A state machine: fresh, started, ending, closed.

    Args:
        session_id: unique; a resumed session keeps the id that it brings.
        model: what answers; told to the client.
        limits: told to the client; `session_ms` is kept here, the others at the socket.
        vad: settings in force until the client changes them.
        lead_ms: so long before a pause ends an utterance, an `Expect` says what will be classified.
        token_ok: whether a token (or none) may start a session.
    """

    def __init__(
        self,
        session_id: str,
        model: ModelInfo,
        *,
        limits: Limits | None = None,
        vad: VadSettings | None = None,
        lead_ms: int = 0,
        token_ok: Callable[[str | None], bool] = lambda _: True,
    ) -> None:
        self.session_id = session_id
        self._model = model
        self._limits = limits or Limits()
        self._vad = vad or VadSettings()
        self._lead_ms = lead_ms
        self._token_ok = token_ok
        self._audio: SessionAudio | None = None
        self._notices = SessionNotices(self._limits)
        self._totals = SessionTotals()
        self._outbox = Outbox()
        self._jobs: dict[JobId, Segment] = {}
        self._next_job = 0
        self._acked_ms = 0
        self._end: tuple[CloseCode, str] | None = None
        self._closed = False

    @property
    def is_started(self) -> bool:
        """Whether a valid `session.start` came."""
        return self._audio is not None

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
        return self._audio.position_ms if self._audio else 0

    @property
    def heard_again_ms(self) -> int:
        """Audio that a resumed session brings before what is to be answered."""
        return self._audio.resumption.heard_again_ms if self._audio else 0

    def receive_text(self, text: str) -> list[Action]:
        """A text frame of the client."""
        if self._closed or self._end:
            return []
        try:
            message = read_client_message(text)
            if isinstance(message, SessionStart):
                return list(self._start(message))
            audio = self._started("the first message is session.start")
            if isinstance(message, SessionUpdate):
                audio.update(message)
                return [Send(SessionUpdated(config=audio.config))]
            if isinstance(message, SessionFlush):
                return list(self._take(audio, audio.flush()))
            return self.receive_end()
        except ProtocolError as error:
            return list(self._refuse(error))

    def receive_audio(self, pcm: bytes) -> list[Action]:
        """A binary frame of the client: 16-bit little-endian mono, whole samples."""
        if self._closed or self._end:
            return []
        try:
            audio = self._started("audio comes after session.start")
            samples = audio.resample(pcm)
        except ProtocolError as error:
            return list(self._refuse(error))
        events = audio.push(samples)
        actions = list(self._take(audio, events)) if events else self._acknowledge()
        received_ms = audio.received_ms
        if notices := self._notices.after(samples, received_ms):
            actions += map(Send, notices)
        if received_ms >= self._limits.session_ms:
            actions += self._end_too_long()
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
        self._outbox.resolve(job, session_answer(segment, verdict, self._model))
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
        if self._audio:
            actions += self._put(self._audio, self._audio.end())
            if not self._interrupts:
                self._outbox.put(*self._audio.resumption.end())
            actions += self._deliver()
        else:
            actions += self._finish(code, reason)
        return actions

    def _started(self, advice: str) -> SessionAudio:
        if self._audio is None:
            raise ProtocolError(ErrorCode.NOT_STARTED, advice)
        return self._audio

    def _start(self, message: SessionStart) -> Iterator[Action]:
        if self._audio:
            raise ProtocolError(
                ErrorCode.ALREADY_STARTED, "the session runs; use session.update to change it"
            )
        if not self._token_ok(message.token):
            raise ProtocolError(
                ErrorCode.TOKEN, "this server asks for a token, and this is not it", CloseCode.TOKEN
            )
        if message.resume:
            self.session_id = message.resume.session_id
        self._audio = SessionAudio(message, self._vad, lead_ms=self._lead_ms)
        self._acked_ms = self._audio.settled_ms
        yield Send(
            SessionCreated(
                session_id=self.session_id,
                model=self._model,
                config=self._audio.config,
                limits=self._limits,
                resumed=message.resume is not None,
            )
        )
        yield from map(Send, self._audio.resumption.greet())

    @property
    def _interrupts(self) -> bool | None:
        """Whether another server goes on with the utterance that ends now; None for no."""
        return (self._end is not None and self._end[0] is CloseCode.RESTARTING) or None

    def _take(self, audio: SessionAudio, events: list[SpeechEvent]) -> Iterator[Action]:
        yield from self._put(audio, events)
        yield from self._deliver()

    def _put(self, audio: SessionAudio, events: list[SpeechEvent]) -> Iterator[Action]:
        for event in events:
            self._totals.count(event)
            match event:
                case SpeechStarted(start_ms=start_ms):
                    self._outbox.put(*audio.resumption.begin(start_ms))
                case Segment():
                    yield self._classify(event)
                case SegmentExpected(segment=segment):
                    yield Expect(segment)
                case _:  # it ended, or is discarded
                    self._outbox.put(
                        UtteranceEnded(
                            utterance_id=event.start_ms,
                            end_ms=event.end_ms,
                            discarded=event.reason if isinstance(event, SpeechDiscarded) else None,
                            interrupted=self._interrupts,
                        )
                    )

    def _classify(self, segment: Segment) -> Classify:
        job = self._next_job
        self._next_job += 1
        self._jobs[job] = segment
        if segment.final:
            self._outbox.wait_for(job)
        return Classify(job, segment)

    def _interim(self, segment: Segment, verdict: Verdict | None) -> Iterator[Action]:
        """Give an interim only while it is news: nothing later was found, nothing earlier waits."""
        is_growing = self._audio is not None and self._audio.is_growing(segment)
        if verdict and is_growing and self._outbox.is_empty:
            yield Send(session_answer(segment, verdict, self._model))

    def _deliver(self) -> Iterator[Action]:
        """Send what has nothing left to wait for, then what is due when nothing waits at all."""
        yield from (Send(message) for message in self._outbox.ready())
        if self._end and self._outbox.is_empty:
            yield from self._finish(*self._end)
        else:
            yield from self._acknowledge()

    def _acknowledge(self) -> list[Action]:
        """Say what is answered, if that is news and nothing waits."""
        settled = self._audio.settled_ms if self._audio else 0
        if settled - self._acked_ms < ACK_EVERY_MS or not self._outbox.is_empty:
            return []
        self._acked_ms = settled
        return [Send(Ack(audio_ms=settled, keep_ms=remembers_from_ms(settled)))]

    def _finish(self, code: CloseCode, reason: str) -> Iterator[Action]:
        self._closed = True
        if self._audio:
            yield Send(self._totals.closed(reason, self._audio.received_ms))
        yield Close(code, reason)

    def _end_too_long(self) -> list[Action]:
        text = "a session ends here; start anew"
        error = Error(code=ErrorCode.TOO_LONG, message=text, fatal=True)
        return [Send(error), *self.receive_end("too_long", CloseCode.TOO_LONG)]

    def _refuse(self, error: ProtocolError) -> Iterator[Action]:
        fatal = error.close is not None
        yield Send(Error(code=error.code, message=str(error), fatal=fatal))
        if error.close is not None:
            self._closed = True
            yield Close(error.close, error.code)
