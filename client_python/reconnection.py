"""From an address to a session that goes on when its connection is lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

from client_python.backoff import Backoff
from client_python.connection import CONNECT_S, PONG_S, connect
from client_python.errors import ClientError
from client_python.lasting import LastingSession, OnChange
from server.protocol import INTERIM_MS, VadChange

PATIENCE_S: Final = 300.0


def _nobody(_: ClientError | None) -> None:
    pass


@asynccontextmanager
async def stay_connected(
    url: str,
    *,
    sample_rate: int,
    vad: VadChange | None = None,
    interim_ms: int = INTERIM_MS,
    token: str | None = None,
    timeout_s: float = CONNECT_S,
    pong_s: float = PONG_S,
    patience_s: float = PATIENCE_S,
    on_change: OnChange = _nobody,
    backoff: Backoff | None = None,
) -> AsyncIterator[LastingSession]:
    """As `connect`, and a connection that is lost is made again: nothing is lost with it.

    Args:
        url: of the server, see `stream_url`; the next connection may reach another one.
        sample_rate: Hz of the PCM that will be sent.
        vad: see `connect`, as for the next three.
        interim_ms: an interim label each so many ms while someone speaks; 0 for none.
        token: for a server that asks for one.
        timeout_s: for each connection, and again for the server's first answer.
        pong_s: a server that answers no ping for so long is lost. A pong comes behind the audio
            that was sent before: leave it long where audio goes faster than real time.
        patience_s: for how long to try again before the error is raised.
        on_change: is told why the connection was lost (again with each try that fails), and None
            when there is one again.
        backoff: how long to wait between two tries.

    Raises:
        ClientError: as `connect`; later, where no other try could go better (a token, an origin,
            a limit), or after `patience_s` without a connection.
        ValueError: a setting out of range.
    """
    session = LastingSession(
        partial(
            connect,
            url,
            sample_rate=sample_rate,
            token=token,
            timeout_s=timeout_s,
            pong_s=pong_s,
        ),
        sample_rate=sample_rate,
        vad=vad,
        interim_ms=interim_ms,
        patience_s=patience_s,
        on_change=on_change,
        backoff=backoff,
    )
    try:
        await session.begin()
        yield session
    finally:
        await session.close()
