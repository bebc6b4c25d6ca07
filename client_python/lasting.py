"""A session that outlives its connections."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from client_python.backoff import Backoff
from client_python.connection import Open
from client_python.errors import LOST, ClientError, ClosedError
from client_python.kept_audio import SAMPLE_BYTES, KeptAudio
from client_python.progress import Progress
from client_python.retry import least_wait_s, may_go_better
from client_python.session import Session
from server.protocol import (
    CloseCode,
    ModelChanged,
    ModelInfo,
    Resume,
    ServerMessage,
    SessionClosed,
    SessionCreated,
    VadChange,
)

WINDOW_MS: Final = 45_000
"""Sending waits while more than this is not answered. A server that cuts the longest segment there
is (30 s) has to be sent more than that, or both would wait for ever."""

OnChange = Callable[[ClientError | None], None]


class LastingSession:
    """As `Session`, over as many connections as it takes; `stay_connected` makes it.

    What the server has not answered is kept and sent to the next one, which goes on with it: no
    utterance is lost, and none comes twice.

    Args:
        open_session: a new connection.
        sample_rate: Hz.
        vad: the settings to change.
        interim_ms: 0 for no interim labels.
        patience_s: for how long to try again before the error is raised.
        on_change: is told why the connection was lost, and None when there is one again.
        backoff: between tries.
    """

    def __init__(
        self,
        open_session: Open,
        *,
        sample_rate: int,
        vad: VadChange | None,
        interim_ms: int,
        patience_s: float,
        on_change: OnChange = lambda _: None,
        backoff: Backoff | None = None,
    ) -> None:
        self._open = open_session
        self._vad = vad
        self._interim_ms = interim_ms
        self._patience_s = patience_s
        self._on_change = on_change
        self._backoff = backoff or Backoff()
        self.closed: SessionClosed | None = None
        self._model: ModelInfo | None = None
        self._session: Session | None = None
        self._progress = Progress()
        self._kept = KeptAudio(sample_rate)
        self._flushes: deque[int] = deque()  # at these bytes, not known to be answered
        self._given_up_at: float | None = None  # set while the connection is lost
        self._is_stopping = False
        self._failure: ClientError | None = None
        self._messages: asyncio.Queue[ServerMessage | None] = asyncio.Queue()
        self._more = asyncio.Event()  # to send
        self._room = asyncio.Event()  # to take more
        self._began: asyncio.Future[SessionCreated] = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._run())

    @property
    def created(self) -> SessionCreated:
        """The first server's answer to the start."""
        return self._began.result()

    @property
    def session_id(self) -> str:
        """What the first server called it."""
        return self.created.session_id

    async def begin(self) -> None:
        """Wait for the first connection; it is not tried twice.

        Raises:
            ClientError: see `connect`.
        """
        await self._began

    async def send(self, pcm: bytes) -> None:
        """Send audio, any length of whole samples; waits while too much of it is not answered.

        Args:
            pcm: 16-bit little-endian mono, at the session's sample rate.

        Raises:
            ValueError: not whole samples; nothing was sent.
            ClientError: the session is over, see `stay_connected`.
        """
        if len(pcm) % SAMPLE_BYTES:
            raise ValueError(f"{len(pcm)} bytes are not whole 16-bit samples")
        self._check()
        self._kept.add(pcm)
        self._more.set()
        while self._kept.end_ms - self._progress.answered_ms > WINDOW_MS and not self._task.done():
            self._room.clear()
            await self._room.wait()
        self._check()

    async def flush(self) -> None:
        """End the utterance under way now.

        Raises:
            ClientError: the session is over.
        """
        self._check()
        self._flushes.append(self._kept.end)
        self._more.set()

    async def update(self, *, vad: VadChange | None = None, interim_ms: int | None = None) -> None:
        """Change settings, for the connections to come too.

        Raises:
            ValueError: a setting out of range.
            ClientError: the session is over.
        """
        self._check()
        if vad is not None:
            self._vad = self._vad.merge(vad) if self._vad else vad
        if interim_ms is not None:
            self._interim_ms = interim_ms
        if self._session:
            with suppress(ClosedError):  # the next connection begins with them
                await self._session.update(vad=vad, interim_ms=interim_ms)

    async def stop(self) -> SessionClosed:
        """End the audio and wait until all of it is answered, by whichever server.

        Returns:
            The totals of all connections.

        Raises:
            ClientError: it could not be answered.
        """
        self._is_stopping = True
        self._more.set()
        await asyncio.wait({self._task})
        self._check()
        if self.closed is None:
            raise ClosedError(LOST, "")  # it was left before
        return self.closed

    async def close(self) -> None:
        """Leave at once; nothing is tried again."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    def __aiter__(self) -> LastingSession:
        return self

    async def __anext__(self) -> ServerMessage:
        """The next message, `SessionClosed` the last.

        Raises:
            ClientError: after the last message, if the session ended otherwise.
        """
        message = await self._messages.get()
        if message is not None:
            return message
        self._messages.put_nowait(None)  # a further call ends as well
        self._check()
        raise StopAsyncIteration

    def _check(self) -> None:
        if self._failure:
            raise self._failure

    async def _run(self) -> None:
        try:
            while not await self._is_done_on_one():
                pass
        except ClientError as error:
            self._failure = error
            if not self._began.done():
                self._began.set_exception(error)
        finally:
            self._messages.put_nowait(None)
            self._room.set()

    async def _is_done_on_one(self) -> bool:
        """One connection, from the start to its loss; after a loss, wait for the next try.

        Raises:
            ClientError: there is no use in another try.
        """
        resume = self._resume()
        opening = self._open(vad=self._vad, interim_ms=self._interim_ms, resume=resume)
        try:
            async with opening as session:
                self._greet(session)
                await self._converse(session, resume.from_ms if resume else 0)
                return True
        except ClientError as error:
            if not self._began.done() or not may_go_better(error):
                raise
            await self._wait(error)
            return False
        finally:
            self._session = None

    def _resume(self) -> Resume | None:
        if not self._began.done():
            return None
        return self._progress.resume(self.session_id, self._progress.keep_ms)

    def _greet(self, session: Session) -> None:
        self._session = session
        if not self._began.done():
            self._began.set_result(session.created)
        elif session.model != self._model:
            self._messages.put_nowait(ModelChanged(model=session.model))
        self._model = session.model
        if self._given_up_at is not None:
            self._on_change(None)

    async def _wait(self, error: ClientError) -> None:
        now = asyncio.get_running_loop().time()
        if self._given_up_at is None:
            self._given_up_at = now + self._patience_s
        self._on_change(error)
        delay = self._backoff.next_s(least_wait_s(error))
        if now + delay > self._given_up_at:
            raise error
        await asyncio.sleep(delay)

    async def _converse(self, session: Session, from_ms: int) -> None:
        feeder = asyncio.create_task(self._feed(session, self._kept.offset(from_ms)))
        try:
            async for message in session:
                self._receive(message)
            totals = await feeder
        finally:
            feeder.cancel()
            await asyncio.gather(feeder, return_exceptions=True)
        if session.close_code != CloseCode.DONE:  # it left when the sound had ended
            raise ClosedError(session.close_code or LOST, totals.reason)
        self.closed = self._progress.closed(totals.reason, self._kept.end_ms)
        self._messages.put_nowait(self.closed)

    async def _feed(self, session: Session, position: int) -> SessionClosed:
        """Send what is kept from a byte on, and what comes; end utterances where it was asked."""
        flushed: set[int] = set()
        while True:
            due = (at for at in self._flushes if at >= position and at not in flushed)
            flush_at = next(due, None)
            most = None if flush_at is None else flush_at - position
            if pcm := self._kept.since(position, most):
                position += len(pcm)
                await session.send(pcm)
            elif flush_at is not None:
                flushed.add(flush_at)
                await session.flush()
            elif self._is_stopping:
                return await session.stop()
            else:
                self._more.clear()
                await self._more.wait()

    def _receive(self, message: ServerMessage) -> None:
        before = self._progress.answered_ms
        is_news = self._progress.take(message)
        if self._progress.answered_ms > before:
            self._backoff.reset()
            self._given_up_at = None
            self._forget()
        self._room.set()
        if is_news and not isinstance(message, SessionClosed):
            self._messages.put_nowait(message)

    def _forget(self) -> None:
        self._kept.forget(self._progress.keep_ms)
        answered = self._kept.offset(self._progress.answered_ms)
        while self._flushes and self._flushes[0] < answered:
            self._flushes.popleft()
