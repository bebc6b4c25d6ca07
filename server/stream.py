"""``GET /v1/stream``: the upgrade to a WebSocket, and a `Listener` for it."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from server.handshake import check_handshake
from server.listener import Listener
from server.protocol import PROTOCOL
from server.sender import CLOSE_S
from server.service import SERVICE
from server.token_bucket import TokenBucket
from server.websocket import StrictWebSocket

BURST_S: Final = 2
"""Messages may come at once as many as in this time: the 30 s that a client keeps for a resume
are 300 messages of 100 ms."""


async def stream(request: web.Request) -> web.WebSocketResponse:
    """Speak with one client, from the upgrade to the close.

    Raises:
        RefusalError: before the upgrade.
    """
    service = request.app[SERVICE]
    settings = service.settings
    has_token = check_handshake(request, service.access)
    socket = StrictWebSocket(
        frames=_bucket(settings.messages_per_second),
        protocols=(PROTOCOL,),
        compress=False,
        autoclose=False,
        timeout=CLOSE_S,
        heartbeat=settings.heartbeat_ms / 1000,
        max_msg_size=settings.message_bytes + 1,  # aiohttp refuses what has this size
    )
    with service.place(service.sessions, request):
        await socket.prepare(request)
        transport = request.transport
        if transport is not None:  # None: the client has gone meanwhile
            messages = _bucket(settings.messages_per_second)
            listener = Listener(service, socket, transport, messages, has_token=has_token)
            with service.listening(listener):
                await listener.run()
    return socket


def _bucket(a_second: int) -> TokenBucket:
    return TokenBucket(a_second, a_second * BURST_S)
