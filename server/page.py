"""The page: the files of the installed `client_web`, those and no others."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Final

from aiohttp import hdrs, web

PACKAGE: Final = "client_web"
INDEX: Final = "index.html"

TYPES: Final = MappingProxyType(
    {
        ".css": "text/css; charset=utf-8",
        ".html": "text/html; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".json": "application/json",
        ".png": "image/png",
        ".svg": "image/svg+xml",
        ".webmanifest": "application/manifest+json",
        ".woff2": "font/woff2",
    }
)
"""What is served, and as what: the system's own table may call a script plain text."""


PACKED: Final = frozenset({".png", ".woff2"})
"""What does not get smaller by compressing it once more."""


def page_files() -> dict[str, Path]:
    """The files of the page by name. Nothing else can be asked for, whatever the path says."""
    return files_of(Path(str(files(PACKAGE).joinpath(INDEX))).parent)


def files_of(folder: Path) -> dict[str, Path]:
    """What of a folder may be served: files of a known type that lie there themselves.

    A link may lead anywhere, and what is hidden is not meant to be seen.
    """
    return {
        path.name: path
        for path in folder.iterdir()
        if path.suffix in TYPES
        and not path.name.startswith(".")
        and not path.is_symlink()
        and path.is_file()
    }


def add_page(router: web.UrlDispatcher, page: Mapping[str, Path]) -> None:
    """Routes for the files, and ``/`` for the page itself."""
    for name, path in page.items():
        router.add_get(f"/{name}", _serve(path))
    router.add_get("/", _serve(page[INDEX]))


def _serve(path: Path) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    kind = TYPES[path.suffix]

    async def serve(request: web.Request) -> web.StreamResponse:
        content, tag = await asyncio.to_thread(_read, path)
        # Asked again each time, so that a page and a server of two versions never meet.
        headers = {hdrs.CACHE_CONTROL: "no-cache"}
        if any(other.value == tag for other in request.if_none_match or ()):
            response = web.Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
        else:
            response = web.Response(body=content, headers={**headers, hdrs.CONTENT_TYPE: kind})
            if path.suffix not in PACKED:
                response.headers[hdrs.VARY] = hdrs.ACCEPT_ENCODING
                response.enable_compression()
        response.etag = tag
        return response

    return serve


def _read(path: Path) -> tuple[bytes, str]:
    """A file, and a name for what is in it."""
    content = path.read_bytes()
    return content, hashlib.sha256(content).hexdigest()[:16]
