"""The body of an upload: a whole file, the one part of a form, or a form with fields. Kept in
memory, and bounded.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Final

from aiohttp import BodyPartReader, hdrs, web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web_protocol import RequestPayloadError

from server.refusal import RefusalError

CHUNK: Final = 64 * 1024
MOST_PARTS: Final = 16
IDENTITY: Final = "identity"


async def read_upload(request: web.Request, *, max_bytes: int, within_s: float) -> bytes:
    """The file in a request.

    Args:
        request: with the file as its body, or as the only part of a ``multipart/form-data`` one.
        max_bytes: by the header, and by counting.
        within_s: time for all of it to come.

    Raises:
        RefusalError: 413 too big, 408 too slow, 415 compressed, 400 no such form.
    """
    parts = await read_form(request, max_bytes=max_bytes, within_s=within_s)
    if len(parts) != 1:
        raise _bad_form(f"it has {len(parts)} parts; send one file")
    return parts[0][1]


async def read_form(
    request: web.Request, *, max_bytes: int, within_s: float
) -> list[tuple[str, bytes]]:
    """The parts of a ``multipart/form-data`` request, by name; of any other its body, named "".

    Args:
        request: with fewer than `MOST_PARTS` parts.
        max_bytes: of all of them together, by the header, and by counting.
        within_s: time for all of it to come.

    Raises:
        RefusalError: 413 too big, 408 too slow, 415 compressed, 400 no such form.
    """
    if request.headers.get(hdrs.CONTENT_ENCODING, IDENTITY).strip().lower() != IDENTITY:
        raise RefusalError(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "encoded", "send the file as it is, not compressed"
        )
    if (request.content_length or 0) > max_bytes + CHUNK:  # a form has some bytes of its own
        raise _too_big(max_bytes)
    parts: list[tuple[str, bytearray]] = []
    size = 0
    try:
        async with asyncio.timeout(within_s):
            async for name, chunk in _chunks(request):
                if name is not None:
                    parts.append((name, bytearray()))
                parts[-1][1].extend(chunk)
                size += len(chunk)
                if size > max_bytes:
                    raise _too_big(max_bytes)
    except TimeoutError:
        raise RefusalError(
            HTTPStatus.REQUEST_TIMEOUT, "too_slow", f"the file did not come within {within_s:g} s"
        ) from None
    except RequestPayloadError:
        raise _bad_form("the request is not whole, or its chunks are none") from None
    return [(name, bytes(body)) for name, body in parts]


def is_form(request: web.Request) -> bool:
    """Whether a request says that it has parts."""
    return request.headers.get(hdrs.CONTENT_TYPE, "").lower().startswith("multipart/")


async def _chunks(request: web.Request) -> AsyncIterator[tuple[str | None, bytes]]:
    """What comes, chunk by chunk, with the name of each part before its first."""
    if not is_form(request):
        yield "", b""
        async for chunk in request.content.iter_chunked(CHUNK):
            yield None, chunk
        return
    try:
        parts = await request.multipart()
        for _ in range(MOST_PARTS):
            part = await parts.next()
            if part is None:
                break
            if not isinstance(part, BodyPartReader):
                raise _bad_form("a part of it is a form again")
            yield part.name or "", b""
            while chunk := bytes(await part.read_chunk(CHUNK)):
                yield None, chunk
        else:
            raise _bad_form(f"it has more than {MOST_PARTS - 1} parts")
    except (ValueError, HttpProcessingError, AssertionError) as error:
        raise _bad_form(str(error) or "it is not whole") from None


def _bad_form(why: str) -> RefusalError:
    return RefusalError(HTTPStatus.BAD_REQUEST, "bad_form", f"the form cannot be read: {why}")


def _too_big(max_bytes: int) -> RefusalError:
    return RefusalError(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_big", f"a file holds at most {max_bytes} bytes"
    )
