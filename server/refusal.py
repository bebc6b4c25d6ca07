"""A refusal over HTTP: always ``{"error": {"code", "message"}}``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus

from aiohttp import web


class RefusalError(Exception):
    """A request is not taken.

    Attributes:
        status: HTTP status, 4xx or 503.
        code: for programs.
        cause: for the metrics; the code where nothing else is said.
        headers: that go with it.
    """

    def __init__(
        self,
        status: HTTPStatus,
        code: str,
        message: str,
        *,
        cause: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.cause = cause or code
        self.headers = headers or {}


def error_response(
    status: int, code: str, message: str, headers: Mapping[str, str] | None = None
) -> web.Response:
    """The answer to a request that is not taken."""
    text = json.dumps({"error": {"code": code, "message": message}})
    return web.Response(status=status, text=text, content_type="application/json", headers=headers)
