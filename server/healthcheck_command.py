"""``vivavoz healthcheck``: whether a server is alive, as an exit code. For containers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from http.client import HTTPException
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, build_opener

from server.command import USAGE, CommandError, command_parser

DESCRIPTION = """\
Exit with 0 if a server is alive, with 1 if it is not.

  vivavoz healthcheck --port 8080
  vivavoz healthcheck --url http://localhost:8080 --ready

A container's health check calls it. With --port or --url it needs the standard library alone.
"""


def main(argv: Sequence[str]) -> int:
    """Run the command."""
    parser = command_parser("healthcheck", DESCRIPTION)
    parser.add_argument("--port", type=int, help="of a server here; else the one of its settings")
    parser.add_argument("--url", help="of a server anywhere")
    parser.add_argument(
        "--ready",
        action="store_true",
        help="ask whether it takes sessions (/readyz), not only whether it is alive (/healthz)",
    )
    parser.add_argument(
        "--timeout", type=float, default=3.0, metavar="SECONDS", help="default: %(default)s"
    )
    arguments = parser.parse_args(argv)
    base = arguments.url or f"http://127.0.0.1:{arguments.port or _port_of_settings()}"
    fetch(base.rstrip("/") + ("/readyz" if arguments.ready else "/healthz"), arguments.timeout)
    return 0


def fetch(url: str, timeout_s: float) -> bytes:
    """The body of a page, read past any proxy.

    Raises:
        CommandError: it cannot be had, or not with status 200.
    """
    try:
        with build_opener(ProxyHandler({})).open(url, timeout=timeout_s) as response:
            return bytes(response.read())
    except HTTPError as error:
        with error:
            raise CommandError(f"{url} answers {error.code}: {_said(error.read())}") from None
    except (URLError, OSError, HTTPException) as error:
        cause = error.reason if isinstance(error, URLError) else error
        cause = (cause.strerror if isinstance(cause, OSError) else None) or cause
        raise CommandError(f"{url} does not answer: {cause}") from None
    except ValueError:
        raise CommandError(f"'{url}' is no http:// or https:// address", USAGE) from None


def _said(body: bytes) -> str:
    """The message of the server's JSON, or the beginning of whatever else came."""
    try:
        return str(json.loads(body)["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return body[:200].decode(errors="replace").strip() or "nothing else"


def _port_of_settings() -> int:
    from server.settings import Settings  # reads the environment; pydantic is not quick to import

    return Settings().port
