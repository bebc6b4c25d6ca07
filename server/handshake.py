"""What a WebSocket's opening handshake has to bring (RFC 6455, section 4.2.1)."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Final

from aiohttp import HttpVersion11, hdrs, web

from server.access import Access
from server.protocol import PROTOCOL, ErrorCode
from server.refusal import RefusalError

VERSION: Final = "13"
KEY: Final = re.compile(r"[A-Za-z0-9+/]{22}==")
"""16 bytes in base64."""


def check_handshake(request: web.Request, access: Access) -> bool:
    """Refuse before the upgrade what could not be served after it.

    Returns:
        Whether the client needs no token in `session.start` any more.

    Raises:
        RefusalError: a foreign page, a wrong token, no WebSocket of version 13, or another
            sub-protocol.
    """
    access.check_origin(request)
    has_token = access.check_token(request, optional=True)
    _check_upgrade(request)
    _check_request(request)
    _check_protocol(request)
    return has_token


def _check_upgrade(request: web.Request) -> None:
    headers = request.headers
    if headers.get(hdrs.UPGRADE, "").strip().lower() != "websocket":
        raise RefusalError(
            HTTPStatus.UPGRADE_REQUIRED,
            ErrorCode.BAD_MESSAGE,
            f"this address speaks WebSocket, sub-protocol {PROTOCOL}",
            cause="no_upgrade",
            headers={hdrs.UPGRADE: "websocket"},
        )
    versions = headers.getall(hdrs.SEC_WEBSOCKET_VERSION, ())
    if [version.strip() for version in versions] != [VERSION]:
        raise RefusalError(
            HTTPStatus.UPGRADE_REQUIRED,
            ErrorCode.BAD_MESSAGE,
            f"this server speaks version {VERSION} of the WebSocket protocol",
            cause="websocket_version",
            headers={hdrs.UPGRADE: "websocket", hdrs.SEC_WEBSOCKET_VERSION: VERSION},
        )


def _check_request(request: web.Request) -> None:
    headers = request.headers
    connection = headers.getall(hdrs.CONNECTION, ())
    words = {word.strip().lower() for line in connection for word in line.split(",")}
    keys = headers.getall(hdrs.SEC_WEBSOCKET_KEY, ())
    has_body = request.content_length or hdrs.TRANSFER_ENCODING in headers
    if request.version != HttpVersion11 or "upgrade" not in words or has_body:
        raise _bad("a handshake is an HTTP/1.1 request with Connection: Upgrade and no body")
    if len(keys) != 1 or not KEY.fullmatch(keys[0].strip()):
        raise _bad("one Sec-WebSocket-Key holds 16 bytes in base64")
    if request.query_string:
        raise _bad(
            "nothing is read from the address, which others see: a token comes in "
            "Authorization: Bearer, or in session.start"
        )


def _check_protocol(request: web.Request) -> None:
    offered = request.headers.getall(hdrs.SEC_WEBSOCKET_PROTOCOL, ())
    if PROTOCOL not in {name.strip() for line in offered for name in line.split(",")}:
        raise RefusalError(
            HTTPStatus.BAD_REQUEST,
            ErrorCode.BAD_MESSAGE,
            f"this server speaks the sub-protocol {PROTOCOL}; ask for it in "
            f"{hdrs.SEC_WEBSOCKET_PROTOCOL}",
            cause="subprotocol",
        )


def _bad(message: str) -> RefusalError:
    return RefusalError(
        HTTPStatus.BAD_REQUEST, ErrorCode.BAD_MESSAGE, message, cause="bad_handshake"
    )
