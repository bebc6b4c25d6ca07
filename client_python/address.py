"""The address of a server, however people write it."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit, urlunsplit

from client_python.errors import ConnectError
from server.protocol import PATH

SCHEMES: Final = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}


def stream_url(address: str) -> str:
    """The WebSocket address of a server.

    Args:
        address: ``ws://``, ``wss://``, ``http://``, ``https://`` or no scheme at all; with the
            path of the stream, with the folder that a proxy serves it under, or without.

    Raises:
        ConnectError: no such address can exist.

    Examples:
        >>> stream_url("localhost:8080")
        'ws://localhost:8080/v1/stream'
        >>> stream_url("https://example.org/voice/")
        'wss://example.org/voice/v1/stream'
    """
    given = address if "://" in address else f"ws://{address}"
    try:
        parts = urlsplit(given)
        is_whole = parts.scheme in SCHEMES and parts.hostname and parts.port != 0
    except ValueError:
        is_whole = False
    if not is_whole:
        raise ConnectError(
            f"'{address}' is no address of a server; write it as ws://localhost:8080"
        )
    path = parts.path.rstrip("/").removesuffix(PATH) + PATH
    return urlunsplit((SCHEMES[parts.scheme], parts.netloc, path, parts.query, ""))
