"""Stream PCM to a vivavoz server and get its labels: an asyncio client.

A recording, or any other source of PCM, in one loop::

    async for message in stream(chunks(pcm, 16000), "ws://localhost:8080", sample_rate=16000):
        if isinstance(message, Emotion) and message.final:
            print(message.start_ms, message.label or message.reason)

Sending and receiving apart, as a program with a microphone does::

    async with connect("ws://localhost:8080", sample_rate=16000) as session:
        await session.send(pcm)         # as often as there is some
        await session.stop()            # returns when everything is answered
        async for message in session:   # or in another task, while audio is sent
            ...

Over a network that may be cut, `stay_connected` in its place (``stream(..., reconnect=True)``)
goes on where the last connection stopped, with whichever server answers then.

Errors:
    * :exc:`ClientError`
        * :exc:`ConnectError`: no session came about: nobody listens there, or the server refused
          before the upgrade; has the HTTP ``status``, the server's ``code``, ``retry_after_s``.
        * :exc:`SessionError`: the server refused or ended the session and said why; has its
          ``code`` and ``retry_after_ms``.
        * :exc:`ClosedError`: the connection closed before `Session.stop`; has the close ``code``.
    * ``ValueError``: PCM that is not whole samples, or a setting out of range.
"""

from client_python.address import stream_url
from client_python.backoff import Backoff
from client_python.connection import connect
from client_python.errors import ClientError, ClosedError, ConnectError, SessionError
from client_python.lasting import LastingSession
from client_python.reconnection import PATIENCE_S, stay_connected
from client_python.session import Session
from client_python.source import chunks, paced
from client_python.stream import stream

__all__ = [
    "PATIENCE_S",
    "Backoff",
    "ClientError",
    "ClosedError",
    "ConnectError",
    "LastingSession",
    "Session",
    "SessionError",
    "chunks",
    "connect",
    "paced",
    "stay_connected",
    "stream",
    "stream_url",
]
