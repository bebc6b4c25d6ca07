"""A source of PCM in, the server's messages out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

from client_python.connection import connect
from client_python.errors import ClientError
from client_python.lasting import LastingSession
from client_python.reconnection import stay_connected
from client_python.session import Session
from client_python.source import PcmSource, paced, pieces
from server.protocol import INTERIM_MS, ServerMessage, VadChange


async def stream(
    source: PcmSource,
    url: str,
    *,
    sample_rate: int,
    vad: VadChange | None = None,
    interim_ms: int = INTERIM_MS,
    token: str | None = None,
    realtime: bool = False,
    reconnect: bool = False,
) -> AsyncIterator[ServerMessage]:
    """Send everything a source gives, and yield everything the server answers, to the last label.

    To leave the loop early, iterate within ``contextlib.aclosing``.

    Args:
        source: pieces of 16-bit little-endian mono PCM.
        url: of the server, see `stream_url`.
        sample_rate: Hz of the PCM.
        vad: see `connect`, as for the next two.
        interim_ms: 0 for no interim labels.
        token: for a server that asks for one.
        realtime: send a recording at the pace of its sound; else as fast as the server takes it,
            which for a live source is its own pace.
        reconnect: go on when the connection is lost, see `stay_connected`.

    Raises:
        ConnectError: see `connect`.
        SessionError: the server refused or ended the session.
        ClosedError: the connection closed before everything was answered, and was not to be made
            again or could not be.
        Exception: what the source raised, after the answers to what it gave before.
    """
    begin = stay_connected if reconnect else connect
    async with begin(
        url, sample_rate=sample_rate, vad=vad, interim_ms=interim_ms, token=token
    ) as session:
        yield session.created
        sent = paced(source, sample_rate) if realtime else pieces(source)
        sender = asyncio.create_task(_send_all(session, sent))
        try:
            async for message in session:
                yield message
            await sender
        finally:
            sender.cancel()
            await asyncio.gather(sender, return_exceptions=True)


async def _send_all(session: Session | LastingSession, source: AsyncIterator[bytes]) -> None:
    try:
        async for pcm in source:
            await session.send(pcm)
    except Exception:
        with suppress(ClientError):  # the first one is the cause
            await session.stop()
        raise
    await session.stop()
