"""A WebSocket around a `Session`. Decides nothing: audio and texts in, one loop over actions."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Iterable
from functools import partial

from aiohttp import WSMsgType

from classifier import Verdict
from server.actions import Action, Classify, Close, Expect, JobId, Send
from server.arrivals import Arrivals
from server.audio_pace import AudioPace
from server.protocol import (
    Ack,
    CloseCode,
    Emotion,
    Error,
    ErrorCode,
    Message,
    ModelInfo,
    SessionCreated,
    UtteranceEnded,
    WarningCode,
)
from server.sender import Sender
from server.service import Service
from server.session import Session
from server.token_bucket import TokenBucket
from server.websocket import StrictWebSocket
from vad import Segment

logger = logging.getLogger(__name__)


class Listener:
    """One connection: feeds a session what comes in, does what it asks for.

    Args:
        service: what is shared.
        socket: prepared.
        transport: beneath it.
        messages: how many a second.
        has_token: whether the handshake brought what `session.start` would have to.
    """

    def __init__(
        self,
        service: Service,
        socket: StrictWebSocket,
        transport: asyncio.Transport,
        messages: TokenBucket,
        *,
        has_token: bool,
    ) -> None:
        settings = self._settings = service.settings
        self._service = service
        self._socket = socket
        self._sender = Sender(socket, transport, settings.backlog_bytes)
        self._session = Session(
            uuid.uuid4().hex,
            service.model,
            limits=settings.limits,
            vad=settings.vad,
            lead_ms=settings.lead_ms,
            token_ok=(lambda _: True) if has_token else service.access.token_ok,
        )
        self._messages = messages
        self._pace: AudioPace | None = None  # the rate comes with `session.start`
        self._arrivals = Arrivals()
        self._clock = asyncio.get_running_loop().time
        self._patient_until = 0.0
        lasts_ms = settings.session_ms + settings.idle_ms  # for who sends less than time goes by
        self._ends_at = self._clock() + lasts_ms / 1000
        self._idle_ms = settings.idle_ms
        self._most = settings.message_bytes
        self._is_resting = False
        self._is_closing = False
        self._is_behind = False

    async def run(self) -> None:
        """Serve the client until one side has closed."""
        metrics = self._service.metrics
        metrics.sessions_total.inc()
        sender = asyncio.create_task(self._sender.run())
        try:
            self._socket.hand_to(self._take)
            with metrics.sessions_open.track_inprogress():
                await self._serve()
        except Exception:  # a fault of ours: this session ends, the others go on
            self._fail()
        finally:
            self._socket.hand_to(None)
            self._service.queue.cancel(self)
            if not self._is_closing:
                sender.cancel()
                await self._sender.finish(Close(CloseCode.DONE, ""))
            await asyncio.gather(sender, return_exceptions=True)
            self._log_end()

    def drain(self) -> None:
        """The server stops: take no more audio, answer what is pending, close."""
        if not self._session.is_ending:
            self._act(
                self._session.receive_warning(
                    WarningCode.DRAINING, "the server is shutting down; connect again"
                )
            )
            self._act(self._session.receive_end("draining", CloseCode.RESTARTING))

    def change_model(self, model: ModelInfo) -> None:
        """Another model answers from now on. Called by the event loop."""
        try:
            self._act(self._session.receive_model(model))
        except Exception:
            self._fail()

    def cut(self) -> None:
        """End now."""
        self._sender.cut()

    async def _serve(self) -> None:
        self._wait(self._settings.start_ms)
        while not self._session.is_ending:
            try:
                async with asyncio.timeout_at(self._patient_until) as timer:
                    await self._read(timer)
                return
            except TimeoutError:
                if self._clock() >= self._patient_until:  # what came meanwhile moves it on
                    self._time_out()
        await self._read(None)  # until what is pending is answered and the socket closed

    async def _read(self, timer: asyncio.Timeout | None) -> None:
        while True:
            message = await self._socket.receive()
            is_audio = message.type is WSMsgType.BINARY
            if not is_audio and message.type is not WSMsgType.TEXT:
                return
            if self._session.is_ending or not self._has_time():
                continue
            if is_audio:
                self._receive_audio(message.data)
                if self._pace:
                    await self._pace.rest(message.data)
            else:
                was_started = self._session.is_started
                self._act(self._session.receive_text(message.data))
                if timer and self._session.is_started and not was_started:
                    self._wait(self._idle_ms)
                    timer.reschedule(self._patient_until)  # which may be sooner

    def _take(self, pcm: bytes) -> bool:
        """Audio where it comes in, from a client that keeps the pace."""
        if self._is_closing or self._session.is_ending or len(pcm) > self._most:
            return False
        if not self._pace or not self._pace.take(pcm):
            return False
        try:
            if self._has_time():
                self._receive_audio(pcm)
        except Exception:
            self._fail()
        return True

    def _has_time(self) -> bool:
        """Whether the next message may come already; the end where it may not."""
        if self._messages.take(1):
            self._end(ErrorCode.TOO_FAST, "too many messages a second", CloseCode.TOO_FAST)
        return not self._session.is_ending

    def _receive_audio(self, pcm: bytes) -> None:
        actions = self._session.receive_audio(pcm)
        self._arrivals.note(self._session.audio_ms)
        if actions:
            self._act(actions)
        if self._pace and pcm:
            self._service.metrics.audio_seconds.inc(self._pace.seconds(pcm))
            self._wait(self._idle_ms)

    def _wait(self, milliseconds: int) -> None:
        """Have patience with a client from now on, for so long."""
        self._patient_until = min(self._clock() + milliseconds / 1000, self._ends_at)

    def _time_out(self) -> None:
        settings = self._settings
        if self._clock() >= self._ends_at:
            self._end(ErrorCode.TOO_LONG, "a session ends here; start anew", CloseCode.TOO_LONG)
        elif self._session.is_started:
            text = f"no audio came for {settings.idle_ms // 1000} s"
            self._end(ErrorCode.IDLE, text, CloseCode.IDLE)
        else:
            text = f"no session.start came within {settings.start_ms // 1000} s"
            self._end(ErrorCode.START_TIMEOUT, text, CloseCode.IDLE)

    def _end(self, code: ErrorCode, text: str, close: CloseCode) -> None:
        """The client did what ends a session; what is pending is still answered."""
        self._send(Error(code=code, message=text, fatal=True))
        self._act(self._session.receive_end(code, close))

    def _fail(self) -> None:
        logger.exception("a session failed", extra={"session": self._session.session_id})
        self._send(Error(code=ErrorCode.INTERNAL, message="the server failed", fatal=True))
        self._close(Close(CloseCode.OUR_FAULT, ErrorCode.INTERNAL))

    def _act(self, actions: Iterable[Action]) -> None:
        for action in actions:
            if isinstance(action, Send):
                self._send(action.message)
            elif isinstance(action, Classify):
                answer = partial(self._answer, action.job, action.segment)
                self._service.queue.submit(self, action.segment, answer)
            elif isinstance(action, Expect):
                self._service.queue.expect(self, action.segment)
            else:
                self._close(action)

    def _answer(self, job: JobId, segment: Segment, verdict: Verdict | None) -> None:
        """A verdict came, or there was no time for one. Called by the event loop."""
        try:
            if segment.final:
                self._warn(is_behind=verdict is None)
            self._act(self._session.receive_verdict(job, verdict))
        except Exception:
            self._fail()

    def _warn(self, *, is_behind: bool) -> None:
        """Say once that labels stay out, and be ready to say it again after one came."""
        if is_behind and not self._is_behind:
            text = "the server has too much to do; some speech gets no label"
            self._act(self._session.receive_warning(WarningCode.FALLING_BEHIND, text))
        self._is_behind = is_behind

    def _send(self, message: Message) -> None:
        metrics = self._service.metrics
        match message:
            case Emotion():
                latency_ms = self._arrivals.ms_since(message.end_ms)
                message = message.model_copy(update={"latency_ms": latency_ms})
                metrics.count_verdict(message)
            case Ack(audio_ms=audio_ms):
                self._arrivals.forget(audio_ms)
            case SessionCreated():
                burst_ms = self._settings.burst_ms + self._session.heard_again_ms
                self._pace = AudioPace(message.config.sample_rate, self._settings.pace, burst_ms)
            case UtteranceEnded(discarded=discarded):
                metrics.utterances.labels("false" if discarded else "true").inc()
            case Error(code=code):
                metrics.errors.labels(code).inc()
        is_cut = self._sender.was_cut
        if not self._sender.put(message) and not is_cut:
            metrics.cut.inc()

    def _close(self, close: Close) -> None:
        if not self._is_closing:
            self._is_closing = True
            self._sender.close(close)

    def _log_end(self) -> None:
        logger.info(
            "session ended",
            extra={
                "session": self._session.session_id,
                "close_code": self._socket.close_code,
                "audio_ms": self._session.audio_ms,
            },
        )
