"""A session as its client has it: audio out, messages in."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from client_python.errors import LOST, ClientError, ClosedError, ConnectError, SessionError
from server.protocol import (
    CloseCode,
    Config,
    Error,
    Limits,
    ModelInfo,
    ProtocolError,
    ServerMessage,
    SessionClosed,
    SessionCreated,
    SessionFlush,
    SessionStart,
    SessionStop,
    SessionUpdate,
    VadChange,
    read_server_message,
)

SAMPLE_BYTES: Final = 2


class Session:
    """A started session; `connect` makes it.

    What the server sends is received at once and kept until it is iterated over, so sending never
    has to wait for reading. One task may iterate, another may send.

    Attributes:
        created: the server's answer to the start.
        closed: the server's last message with the totals, or None as long as it has not come.
    """

    def __init__(self, socket: ClientConnection, created: SessionCreated) -> None:
        self.created = created
        self.closed: SessionClosed | None = None
        self._socket = socket
        self._is_stopped = False
        self._failure: ClientError | None = None
        self._messages: asyncio.Queue[ServerMessage | None] = asyncio.Queue()
        self._receiver = asyncio.create_task(self._receive())

    @classmethod
    async def start(
        cls, socket: ClientConnection, start: SessionStart, timeout_s: float
    ) -> Session:
        """Start a session on an open socket.

        Raises:
            SessionError: the server does not take it.
            ClosedError: it closed the connection instead.
            ConnectError: it does not answer, or nothing that is the protocol's.
        """
        try:
            async with asyncio.timeout(timeout_s):
                with suppress(ConnectionClosed):  # it may have said why before it closed
                    await socket.send(start.to_json())
                message = read_server_message(await socket.recv(decode=True))
        except TimeoutError:
            raise ConnectError(f"the server did not start a session in {timeout_s:g} s") from None
        except ConnectionClosed:
            raise _closed_error(socket) from None
        except ProtocolError as error:
            raise ConnectError(f"the server's answer is not understood: {error}") from None
        if isinstance(message, Error):
            raise SessionError(message)
        if not isinstance(message, SessionCreated):
            raise ConnectError(f"the server answered {message!r} where a session was to start")
        return cls(socket, message)

    @property
    def session_id(self) -> str:
        """What the server calls it."""
        return self.created.session_id

    @property
    def model(self) -> ModelInfo:
        """The model that answers at the start."""
        return self.created.model

    @property
    def config(self) -> Config:
        """The settings in force at the start."""
        return self.created.config

    @property
    def limits(self) -> Limits:
        """What the server asks its clients to keep to."""
        return self.created.limits

    @property
    def close_code(self) -> int | None:
        """How the connection closed, or None as long as it has not."""
        return self._socket.close_code

    async def send(self, pcm: bytes) -> None:
        """Send audio, any length of whole samples; waits while the server cannot take more.

        Args:
            pcm: 16-bit little-endian mono, at the session's sample rate.

        Raises:
            ValueError: not whole samples; nothing was sent.
            SessionError: the server has ended the session.
            ClosedError: the connection is closed.
        """
        if len(pcm) % SAMPLE_BYTES:
            raise ValueError(f"{len(pcm)} bytes are not whole 16-bit samples")
        most = self.limits.message_bytes // SAMPLE_BYTES * SAMPLE_BYTES
        for start in range(0, len(pcm), most):
            await self._send(pcm[start : start + most])

    async def flush(self) -> None:
        """End the utterance under way now, as a person does who lets go of a button.

        Raises:
            SessionError: the server has ended the session.
            ClosedError: the connection is closed.
        """
        await self._send(SessionFlush().to_json())

    async def update(self, *, vad: VadChange | None = None, interim_ms: int | None = None) -> None:
        """Change settings; the server answers with a `SessionUpdated` among the messages.

        Raises:
            ValueError: a setting out of range.
            SessionError: the server has ended the session.
            ClosedError: the connection is closed.
        """
        await self._send(SessionUpdate(vad=vad, interim_ms=interim_ms).to_json())

    async def stop(self) -> SessionClosed:
        """End the audio and wait until all of it is answered; the answers can then be iterated.

        Returns:
            The totals. A second call gives them again.

        Raises:
            SessionError: the server ended the session by itself.
            ClosedError: the connection closed before everything was answered.
        """
        if not self._is_stopped:
            self._is_stopped = True
            with suppress(ConnectionClosed):  # what came before the close is still received
                await self._socket.send(SessionStop().to_json())
        await asyncio.wait({self._receiver})
        return self._end()

    async def close(self) -> None:
        """Leave at once; what is not answered yet never will be. `connect` calls it."""
        await self._socket.close()
        await asyncio.wait({self._receiver})

    def __aiter__(self) -> Session:
        return self

    async def __anext__(self) -> ServerMessage:
        """The next message, `SessionClosed` the last.

        Raises:
            SessionError: after the last message, if the server ended the session and said why.
            ClosedError: after the last message, if `stop` was not called before.
        """
        message = await self._messages.get()
        if message is not None:
            return message
        self._messages.put_nowait(None)  # a further call ends as well
        self._end()
        raise StopAsyncIteration

    async def _send(self, frame: str | bytes) -> None:
        try:
            await self._socket.send(frame)
        except ConnectionClosed:
            await asyncio.wait({self._receiver})
            self._end()
            raise _closed_error(self._socket) from None  # it was stopped before

    async def _receive(self) -> None:
        try:
            while True:
                self._take(await self._socket.recv(decode=True))
        except ConnectionClosed:
            pass
        except ProtocolError as error:
            self._failure = ClientError(f"the server's message is not understood: {error}")
            await self._socket.close(CloseCode.PROTOCOL)
        finally:
            self._messages.put_nowait(None)

    def _take(self, text: str) -> None:
        message = read_server_message(text)
        if message is None:
            return  # of a later version of the protocol
        if isinstance(message, SessionClosed):
            self.closed = message
        if isinstance(message, Error) and message.fatal:
            self._failure = SessionError(message)  # labels may follow: raised after them
        else:
            self._messages.put_nowait(message)

    def _end(self) -> SessionClosed:
        """The totals of a session that ended as its client wanted.

        Raises:
            ClientError: why it ended otherwise.
        """
        if self._failure:
            raise self._failure
        if self.closed is None or not self._is_stopped:
            raise _closed_error(self._socket, self.closed)
        return self.closed


def _closed_error(socket: ClientConnection, closed: SessionClosed | None = None) -> ClosedError:
    code = socket.close_code or LOST
    return ClosedError(code, socket.close_reason or (closed.reason if closed else ""))
