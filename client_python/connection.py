"""From an address to a session that has started."""

from __future__ import annotations

import json
import os
import re
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final, Protocol
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as open_socket
from websockets.exceptions import InvalidHandshake, InvalidStatus, InvalidURI
from websockets.http11 import Response
from websockets.typing import Subprotocol

from client_python.address import stream_url
from client_python.errors import ConnectError
from client_python.session import Session
from server.protocol import INTERIM_MS, PROTOCOL, Resume, SessionStart, VadChange

CONNECT_S: Final = 10.0
PING_S: Final = 20.0
PONG_S: Final = 60.0
"""A server that slows a client down reads its pings late, behind the audio before them."""

CLOSE_S: Final = 3.0
"""For the closing handshake; who leaves does not want to wait for a server that hangs."""

LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class Open(Protocol):
    """Opens a connection: `connect` with everything said that stays the same."""

    def __call__(
        self, *, vad: VadChange | None, interim_ms: int, resume: Resume | None
    ) -> AbstractAsyncContextManager[Session]:
        """A session, started."""
        ...


@asynccontextmanager
async def connect(
    url: str,
    *,
    sample_rate: int,
    vad: VadChange | None = None,
    interim_ms: int = INTERIM_MS,
    token: str | None = None,
    resume: Resume | None = None,
    timeout_s: float = CONNECT_S,
    pong_s: float = PONG_S,
) -> AsyncIterator[Session]:
    """A session with a server, started; closed when the block is left.

    Args:
        url: of the server, see `stream_url`.
        sample_rate: Hz of the PCM that will be sent, one of `server.protocol.SAMPLE_RATES`.
        vad: the settings to change; the server's own stand for the others.
        interim_ms: an interim label each so many ms while someone speaks; 0 for none.
        token: for a server that asks for one.
        resume: the session to go on with.
        timeout_s: for the connection, and again for the server's first answer.
        pong_s: a server that answers no ping for so long is lost.

    Raises:
        ConnectError: nobody answers there, or not as a vivavoz server that takes sessions.
        SessionError: the server does not take the token or a setting.
        ClosedError: the connection closed before the session began.
        ValueError: a setting out of range.

    Examples:
        >>> async def last_label(pcm: bytes) -> str | None:
        ...     async with connect("ws://localhost:8080", sample_rate=16000) as session:
        ...         await session.send(pcm)
        ...         await session.stop()
        ...         verdicts = [m async for m in session if m.type == "emotion"]
        ...     return verdicts[-1].label if verdicts else None
    """
    start = SessionStart(
        sample_rate=sample_rate, vad=vad, interim_ms=interim_ms, token=token, resume=resume
    )
    socket = await _open(url, timeout_s, pong_s)
    async with socket:
        session = await Session.start(socket, start, timeout_s)
        try:
            yield session
        finally:
            await session.close()


async def _open(url: str, timeout_s: float, pong_s: float) -> ClientConnection:
    address = stream_url(url)
    host = urlsplit(address).hostname
    try:
        socket = await open_socket(
            address,
            subprotocols=[Subprotocol(PROTOCOL)],
            compression=None,  # PCM does not compress, and the labels are small
            proxy=None if host in LOOPBACK else True,
            open_timeout=timeout_s,
            ping_interval=min(PING_S, pong_s / 2),
            ping_timeout=pong_s,
            close_timeout=CLOSE_S,
        )
    except InvalidStatus as error:
        raise _refusal(url, error.response) from None
    except InvalidURI:
        raise ConnectError(f"'{url}' is no address of a server") from None
    except TimeoutError:
        raise ConnectError(f"no answer from {url} within {timeout_s:g} s") from None
    except OSError as error:
        raise ConnectError(
            f"no server answers at {url} ({_cause(error)}); is it running? start one: vivavoz serve"
        ) from None
    except (InvalidHandshake, EOFError) as error:
        raise ConnectError(f"{url} is no vivavoz server: {error}") from None
    if socket.subprotocol != PROTOCOL:
        await socket.close()
        raise ConnectError(f"{url} does not speak {PROTOCOL}; is it a vivavoz server?")
    return socket


def _cause(error: OSError) -> str:
    """The system's words; asyncio has its own, and wraps them for a name with several addresses."""
    number = error.errno or int((re.findall(r"\[Errno (\d+)\]", str(error)) or [0])[0])
    return os.strerror(number) if number > 0 else (error.strerror or str(error))


def _refusal(url: str, response: Response) -> ConnectError:
    """A refusal before the upgrade, with what the server's JSON and headers say of it."""
    code, text = _said(response.body)
    retry = response.headers.get("Retry-After", "")
    after = int(retry) if retry.isdecimal() else None
    said = text or f"HTTP {response.status_code} {response.reason_phrase}".rstrip()
    again = f"; try again in {after} s" if after else ""
    return ConnectError(
        f"{url} refused: {said}{again}",
        status=response.status_code,
        code=code,
        retry_after_s=after,
    )


def _said(body: bytes | bytearray | None) -> tuple[str | None, str | None]:
    """Code and message of ``{"error": {"code", "message"}}``; nothing of anything else."""
    try:
        error = json.loads(body or b"")["error"]
        return str(error["code"]), str(error["message"])
    except (ValueError, KeyError, TypeError):
        return None, None
