"""Who may speak: pages by their origin, anyone by a token.

Errors:
    * :exc:`TokenFileError`: the token file cannot be read or holds no token.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection
from http import HTTPStatus
from pathlib import Path
from typing import Final

from aiohttp import hdrs, web

from server.protocol import ErrorCode
from server.refusal import RefusalError

SCHEME: Final = "bearer"


class TokenFileError(Exception):
    """The token file cannot be read or holds no token."""


def read_token(path: Path | None) -> str | None:
    """The token in a file, without the white space around it; None without a file.

    Raises:
        TokenFileError: there is none in it.
    """
    if path is None:
        return None
    try:
        token = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise TokenFileError(f"the token file cannot be read: {error}") from error
    if not token:
        raise TokenFileError(f"{path} is empty; write a token into it")
    return token


class Access:
    """Decides who may speak.

    Args:
        token: what everyone has to bring; None asks for nothing.
        origins: pages elsewhere that may connect, as ``https://example.org``.
    """

    def __init__(self, *, token: str | None = None, origins: Collection[str] = ()) -> None:
        self._token = token
        self._origins = frozenset(origins)

    def token_ok(self, token: str | None) -> bool:
        """Whether this is the token, in a time that does not tell how much of it was right."""
        if self._token is None:
            return True
        given = (token or "").encode("utf-8", "surrogatepass")
        return hmac.compare_digest(given, self._token.encode())

    def origin_ok(self, origin: str | None, host: str) -> bool:
        """Whether a page may connect.

        Args:
            origin: of the page; None for a program, which is no page.
            host: under which the page would be our own.
        """
        if origin is None or origin.lower() in self._origins:
            return True
        # Behind a proxy that speaks https, the page's scheme is not the one that we see.
        own = {f"{scheme}://{host.lower()}" for scheme in ("http", "https")}
        return bool(host) and origin.lower() in own

    def check_origin(self, request: web.Request) -> None:
        """Refuse what a foreign page sends.

        Raises:
            RefusalError: 403.
        """
        origin = request.headers.get(hdrs.ORIGIN)
        if not self.origin_ok(origin, request.host):
            raise RefusalError(
                HTTPStatus.FORBIDDEN,
                ErrorCode.ORIGIN,
                f"pages of {origin!r} may not connect; start the server with --allow-origin",
            )

    def check_token(self, request: web.Request, *, optional: bool = False) -> bool:
        """Refuse a wrong token in the header, and a missing one unless it may still come.

        Returns:
            Whether a right token came, or none is asked for.

        Raises:
            RefusalError: 401.
        """
        token = bearer(request)
        if self.token_ok(token):
            return True
        if token is None and optional:
            return False
        raise RefusalError(
            HTTPStatus.UNAUTHORIZED,
            ErrorCode.TOKEN,
            "this server asks for a token: send it as Authorization: Bearer",
            headers={hdrs.WWW_AUTHENTICATE: "Bearer"},
        )


def bearer(request: web.Request) -> str | None:
    """The token in a request's header, None where there is no such header."""
    scheme, _, token = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    return token.strip() if scheme.lower() == SCHEME else None
