"""One case of the WebSocket suite: what is sent to a server byte by byte, and what has to come of
it.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from bench.websocket_frame import Frame, FrameError, Opcode, close, frame, read_frame

PATH: Final = "/v1/stream"
PROTOCOL: Final = "vivavoz.v1"
KEY: Final = "dGhlIHNhbXBsZSBub25jZQ=="
GUID: Final = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
HOST: Final = "127.0.0.1:8080"
START: Final = frame(Opcode.TEXT, b'{"type":"session.start","sample_rate":16000,"interim_ms":0}')
UNASKED: Final = frozenset({"session.created", "ack", "warning"})
"""Messages that come or not, whatever the case is about."""

PATIENCE_S: Final = 10.0
DONE: Final = 1000
SWITCHING: Final = 101


@dataclass(frozen=True, slots=True)
class Reaction:
    """What has to come.

    Attributes:
        status: of the handshake's answer; one of these.
        close: code of the server's close frame; one of these. Empty for a refused handshake.
        pongs: payloads, in order.
        texts: types of the messages, in order; of an ``error`` its code. `UNASKED` do not count.
        audio_ms: as ``session.closed`` says; None where it does not matter.
        headers: of the answer: value, or None where there may be none.
        may_reset: whether the connection may end by a reset, as it does where something is sent
            that nobody reads any more; with any close but 1000 it always may.
    """

    close: frozenset[int] = frozenset()
    pongs: tuple[bytes, ...] = ()
    texts: tuple[str, ...] = ()
    audio_ms: int | None = None
    status: frozenset[int] = frozenset({SWITCHING})
    headers: Mapping[str, str | None] = field(default_factory=dict)
    may_reset: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """What is sent, and what has to come.

    Attributes:
        group: what it is about.
        name: what it does, unique within the group.
        sent: after the handshake and ``session.start``, each in a write of its own; or, where
            `opening` is given, after the handshake.
        expected: what has to come.
        opening: the handshake, where it is not the usual one.
    """

    group: str
    name: str
    sent: Sequence[bytes]
    expected: Reaction
    opening: bytes | None = None


@dataclass(slots=True)
class _Seen:
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    close: int | None = None
    pongs: list[bytes] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    audio_ms: int | None = None


def opening(
    *,
    method: str = "GET",
    path: str = PATH,
    version: str = "HTTP/1.1",
    more: Sequence[tuple[str, str]] = (),
    **changes: str | None,
) -> bytes:
    """A handshake.

    Args:
        method: of the request.
        path: of the request.
        version: of the request.
        more: headers behind the usual ones.
        changes: usual headers with another value, or None without them: ``host``, ``upgrade``,
            ``connection``, ``key``, ``websocket_version``, ``protocol``.
    """
    usual: dict[str, tuple[str, str | None]] = {
        "host": ("Host", HOST),
        "upgrade": ("Upgrade", "websocket"),
        "connection": ("Connection", "Upgrade"),
        "key": ("Sec-WebSocket-Key", KEY),
        "websocket_version": ("Sec-WebSocket-Version", "13"),
        "protocol": ("Sec-WebSocket-Protocol", PROTOCOL),
    }
    pairs = [(name, changes.get(key, value)) for key, (name, value) in usual.items()]
    lines = [f"{name}: {value}" for name, value in (*pairs, *more) if value is not None]
    return "\r\n".join([f"{method} {path} {version}", *lines, "", ""]).encode("latin-1")


def accept_of(key: str) -> str:
    """What a server answers to a key (RFC 6455, section 4.2.2)."""
    digest = hashlib.sha1(f"{key}{GUID}".encode(), usedforsecurity=False).digest()
    return base64.b64encode(digest).decode()


async def fault_of(
    case: Case, host: str, port: int, *, patience_s: float = PATIENCE_S
) -> str | None:
    """Play a case to a server.

    Args:
        case: to play.
        host: of the server.
        port: of the server.
        patience_s: so long the whole case may take.

    Returns:
        What came that should not have, or did not; None where everything is right.
    """
    reader, writer = await asyncio.open_connection(host, port)
    try:
        async with asyncio.timeout(patience_s):
            seen = await _play(case, reader, writer)
    except (FrameError, asyncio.IncompleteReadError) as error:
        return str(error)
    except TimeoutError:
        return f"the connection was open after {patience_s:g} s"
    finally:
        writer.transport.abort()
    return _difference(seen, case.expected)


async def _play(case: Case, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> _Seen:
    seen = _Seen()
    usual = case.opening is None
    writer.write(opening() if case.opening is None else case.opening)
    if usual:
        writer.write(START)
    sending = asyncio.create_task(_send(writer, case.sent))
    try:
        await _read_head(reader, seen)
        if seen.status == SWITCHING:
            may_reset = case.expected.may_reset or case.expected.close != {DONE}
            # A close that answers ours is not answered: nobody is there any more.
            answers = not any(part[:1] == close(DONE)[:1] for part in case.sent)
            await _read_frames(reader, writer, sending, seen, may_reset=may_reset, answers=answers)
    finally:
        sending.cancel()
        with suppress(asyncio.CancelledError, OSError):
            await sending
    return seen


async def _send(writer: asyncio.StreamWriter, parts: Sequence[bytes]) -> None:
    with suppress(ConnectionError):
        for part in parts:
            writer.write(part)
            await writer.drain()
            if len(parts) > 1:
                await asyncio.sleep(0)


async def _read_head(reader: asyncio.StreamReader, seen: _Seen) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    seen.status = int(head[0].split()[1])
    for line in filter(None, head[1:]):
        name, _, value = line.partition(":")
        seen.headers[name.strip().lower()] = value.strip()


async def _read_frames(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    sending: asyncio.Task[None],
    seen: _Seen,
    *,
    may_reset: bool,
    answers: bool,
) -> None:
    """Until the stream ends. The server's own close is answered, as the protocol wants it."""
    while True:
        try:
            came = await read_frame(reader)
        except ConnectionError:
            if may_reset:  # what we sent behind a fault was not read
                return
            raise FrameError("the connection was reset") from None
        if came is None:
            return
        if seen.close is not None:
            raise FrameError(f"{came.opcode} came after the close")
        match came.opcode:
            case Opcode.CLOSE:
                seen.close = came.close_code
                came.payload[2:].decode()
                await sending
                if answers:
                    with suppress(ConnectionError):
                        writer.write(close(DONE))
            case Opcode.PONG:
                seen.pongs.append(came.payload)
            case Opcode.TEXT:
                _read_text(came, seen)


def _read_text(came: Frame, seen: _Seen) -> None:
    message: dict[str, Any] = json.loads(came.payload)
    kind = str(message["type"])
    if kind == "session.closed":
        seen.audio_ms = message["audio_ms"]
    if kind not in UNASKED:
        seen.texts.append(str(message["code"]) if kind == "error" else kind)


def _difference(seen: _Seen, expected: Reaction) -> str | None:
    """In words, or None."""
    wrong = [
        f"{name}: {has!r} instead of {wants!r}"
        for name, has, wants in (
            ("pongs", tuple(seen.pongs), expected.pongs),
            ("messages", tuple(seen.texts), expected.texts),
            *((name, seen.headers.get(name), value) for name, value in expected.headers.items()),
        )
        if has != wants
    ]
    if seen.status not in expected.status:
        wrong.append(f"status {seen.status} instead of {sorted(expected.status)}")
    elif expected.close and seen.close not in expected.close:
        wrong.append(f"close {seen.close} instead of {sorted(expected.close)}")
    if expected.audio_ms not in (None, seen.audio_ms):
        wrong.append(f"{seen.audio_ms} ms of audio instead of {expected.audio_ms}")
    return "; ".join(wrong) or None
