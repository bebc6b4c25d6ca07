"""The body of an upload: a whole file, or the one part of a form. Kept in memory, and bounded."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Final

from aiohttp import BodyPartReader, hdrs, web
from aiohttp.http_exceptions import HttpProcessingError

from server.refusal import RefusalError

CHUNK: Final = 64 * 1024


async def read_upload(request: web.Request, *, max_bytes: int, within_s: float) -> bytes:
    """The file in a request.

    Args:
        request: with the file as its body, or as the only part of a ``multipart/form-data`` one.
        max_bytes: by the header, and by counting.
        within_s: time for all of it to come.

    Raises:
        RefusalError: 413 too big, 408 too slow, 400 no such form.
    """
    if (request.content_length or 0) > max_bytes + CHUNK:  # a form has some bytes of its own
        raise _too_big(max_bytes)
    body = bytearray()
    try:
        async with asyncio.timeout(within_s):
            async for chunk in _chunks(request):
                body += chunk
                if len(body) > max_bytes:
                    raise _too_big(max_bytes)
    except TimeoutError:
        raise RefusalError(
            HTTPStatus.REQUEST_TIMEOUT, "too_slow", f"the file did not come within {within_s:g} s"
        ) from None
    return bytes(body)


async def _chunks(request: web.Request) -> AsyncIterator[bytes]:
    if not request.headers.get(hdrs.CONTENT_TYPE, "").lower().startswith("multipart/"):
        async for chunk in request.content.iter_chunked(CHUNK):
            yield chunk
        return
    try:
        parts = await request.multipart()
        part = await parts.next()
        if not isinstance(part, BodyPartReader):
            raise _bad_form("it has no part that is a file")
        while chunk := bytes(await part.read_chunk(CHUNK)):
            yield chunk
        if await parts.next() is not None:
            raise _bad_form("it has more than one part")
    except (ValueError, HttpProcessingError, AssertionError) as error:
        raise _bad_form(str(error) or "it is not whole") from None


def _bad_form(why: str) -> RefusalError:
    return RefusalError(
        HTTPStatus.BAD_REQUEST, "bad_form", f"the form cannot be read: {why}; send one file"
    )


def _too_big(max_bytes: int) -> RefusalError:
    return RefusalError(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_big", f"a file holds at most {max_bytes} bytes"
    )
