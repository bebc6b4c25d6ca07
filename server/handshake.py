"""What a WebSocket's opening handshake has to bring."""

from __future__ import annotations

from http import HTTPStatus

from aiohttp import hdrs, web

from server.access import Access
from server.protocol import PROTOCOL, ErrorCode
from server.refusal import RefusalError


def check_handshake(request: web.Request, access: Access, socket: web.WebSocketResponse) -> bool:
    """Refuse before the upgrade what could not be served after it.

    Returns:
        Whether the client needs no token in `session.start` any more.

    Raises:
        RefusalError: a foreign page, a wrong token, no WebSocket, or another sub-protocol.
    """
    access.check_origin(request)
    has_token = access.check_token(request, optional=True)
    if request.headers.get(hdrs.UPGRADE, "").lower() != "websocket":
        raise RefusalError(
            HTTPStatus.UPGRADE_REQUIRED,
            ErrorCode.BAD_MESSAGE,
            f"this address speaks WebSocket, sub-protocol {PROTOCOL}",
            cause="no_upgrade",
            headers={hdrs.UPGRADE: "websocket"},
        )
    ready = socket.can_prepare(request)
    if not ready or ready.protocol != PROTOCOL:
        raise RefusalError(
            HTTPStatus.BAD_REQUEST,
            ErrorCode.BAD_MESSAGE,
            f"this server speaks the sub-protocol {PROTOCOL}; ask for it in "
            f"{hdrs.SEC_WEBSOCKET_PROTOCOL}",
            cause="subprotocol",
        )
    return has_token
