"""The cases of the WebSocket suite that are about the handshake (RFC 6455, section 4; RFC 7692)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bench.websocket_case import HOST, KEY, PROTOCOL, START, Case, Reaction, accept_of, opening
from bench.websocket_cases import BROKEN, CLOSED, DONE, STOP, UPDATE, UPDATED
from bench.websocket_frame import Opcode, frame

GROUP: Final = "handshake"
BAD: Final = frozenset({400})
METHOD: Final = frozenset({405})
UPGRADE: Final = frozenset({426})
FORBIDDEN: Final = frozenset({403})

VERSION_ASKED: Final = {"sec-websocket-version": "13"}


def handshake_cases() -> list[Case]:
    """All of them."""
    return [*_versions(), *_keys(), *_upgrades(), *_requests(), *_names(), *_extensions()]


def _taken(name: str, request: bytes, *sent: bytes, group: str = GROUP, key: str = KEY) -> Case:
    headers: dict[str, str | None] = {
        "sec-websocket-accept": accept_of(key),
        "sec-websocket-protocol": PROTOCOL,
        "sec-websocket-extensions": None,
    }
    reaction = Reaction(close=DONE, texts=(CLOSED,), headers=headers)
    return Case(group, name, sent or (START, STOP), reaction, request)


def _refused(
    name: str, request: bytes, status: frozenset[int], headers: dict[str, str] | None = None
) -> Case:
    return Case(GROUP, name, (), Reaction(status=status, headers=headers or {}), request)


def _versions() -> Iterator[Case]:
    for version in ("0", "4", "7", "8", "12", "14", "25", "255", "013", "13.0", "x", "", "8, 13"):
        request = opening(websocket_version=version)
        yield _refused(f"version {version!r}", request, UPGRADE, VERSION_ASKED)
    request = opening(websocket_version=None)
    yield _refused("no version", request, UPGRADE, VERSION_ASKED)
    yield _taken("version 13 with white space", opening(websocket_version=" 13 "))


def _keys() -> Iterator[Case]:
    for name, key in (
        ("empty", ""),
        ("of 15 bytes", "AAAAAAAAAAAAAAAAAAAA"),
        ("of 17 bytes", "AAAAAAAAAAAAAAAAAAAAAAA="),
        ("no base64", "dGhlIHNhbXBsZSBub25j!Q=="),
        ("with a space in it", "dGhlIHNhbXBsZSBub2 5jZQ=="),
        ("without its padding", "dGhlIHNhbXBsZSBub25jZQ"),
        ("with too much padding", "dGhlIHNhbXBsZSBub25jZQ==="),
        ("of the other alphabet", "____________________-w=="),
        ("not ASCII", "dGhlIHNhbXBsZSBub25jZ\xe9=="),
    ):
        yield _refused(f"a key {name}", opening(key=key), BAD)
    yield _refused("no key", opening(key=None), BAD)
    yield _refused("two keys", opening(more=[("Sec-WebSocket-Key", KEY)]), BAD)
    for key in (KEY, "AAAAAAAAAAAAAAAAAAAAAA==", "/////////////////////w=="):
        yield _taken(f"key {key}", opening(key=key), key=key)


def _upgrades() -> Iterator[Case]:
    for value in (None, "", "h2c", "websockets", "web socket"):
        request = opening(upgrade=value)
        yield _refused(f"Upgrade: {value}", request, UPGRADE, {"upgrade": "websocket"})
    for value in (None, "", "close", "keep-alive"):
        yield _refused(f"Connection: {value}", opening(connection=value), BAD | UPGRADE)
    for value in ("WebSocket", "WEBSOCKET"):
        yield _taken(f"Upgrade: {value}", opening(upgrade=value))
    for value in ("upgrade", "UPGRADE", "keep-alive, Upgrade", "Upgrade, keep-alive"):
        yield _taken(f"Connection: {value}", opening(connection=value))


def _requests() -> Iterator[Case]:
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE"):
        yield _refused(f"{method}", opening(method=method), METHOD)
    yield _refused("get", opening(method="get"), METHOD | BAD)
    for version in ("HTTP/1.0", "HTTP/0.9", "HTTP/2.0", "HTTP/1.", "FTP/1.1"):
        yield _refused(version, opening(version=version), BAD | UPGRADE | frozenset({505}))
    yield _refused("no host", opening(host=None), BAD)
    yield _refused("two hosts", opening(more=[("Host", "else")]), BAD)
    yield _refused("another path", opening(path="/v1/streams"), frozenset({404}))
    yield _refused("a token in the address", opening(path="/v1/stream?token=x"), BAD)
    big = [("X", "x" * 10_000)]
    yield _refused("a header of 10,000 bytes", opening(more=big), BAD | frozenset({431}))
    many = [(f"X-{i}", "x") for i in range(200)]
    yield _refused("200 headers", opening(more=many), BAD | frozenset({431}))
    yield _refused("a header without a colon", opening(connection="Upgrade\r\nX"), BAD)
    yield _refused("a folded header", opening(connection="Upgrade\r\n x"), BAD)
    yield _refused("a NUL in a header", opening(more=[("X", "a\0b")]), BAD)
    yield _refused("a body", opening(more=[("Content-Length", "5")]) + b"hello", BAD)
    yield _refused("no request", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n", BAD)
    yield _taken("an empty line before it", b"\r\n" + opening())
    for origin in ("null", "https://evil.example", f"http://{HOST}.evil.example", "http://[", ""):
        request = opening(more=[("Origin", origin)])
        yield _refused(f"Origin: {origin}", request, FORBIDDEN)
    yield _taken("our own origin", opening(more=[("Origin", f"http://{HOST}")]))
    octets = [bytes((byte,)) for byte in opening()]
    yield _taken("octet by octet", octets[0], *octets[1:], START, STOP)
    yield _taken("with the session in the same write", opening() + START + STOP, b"")


def _names() -> Iterator[Case]:
    for value in (None, "", "chat", "vivavoz", "vivavoz.v2", "VIVAVOZ.V1", "chat, superchat"):
        yield _refused(f"sub-protocol {value}", opening(protocol=value), BAD)
    for value in ("chat, vivavoz.v1", "vivavoz.v1,chat", "vivavoz.v1, vivavoz.v1", "  vivavoz.v1"):
        yield _taken(f"sub-protocol {value}", opening(protocol=value))


def _extensions() -> Iterator[Case]:
    """None is spoken: the offer is passed over, and RSV1 stays forbidden."""
    for offer in (
        "permessage-deflate",
        "permessage-deflate; client_max_window_bits",
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
        "permessage-deflate; client_max_window_bits=99",
        "permessage-deflate, permessage-deflate; server_max_window_bits=8",
        "x-webkit-deflate-frame",
        "mux; max-channels=4; flow-control, deflate-stream",
        "; ; ,,",
    ):
        request = opening(more=[("Sec-WebSocket-Extensions", offer)])
        yield _taken(f"{offer}", request, group="extensions")
        packed = frame(Opcode.TEXT, b"\xaa\x56\x2a\xa9\x2c\x48\x55\xb2\x02\x00", rsv=4)
        reaction = Reaction(close=BROKEN)
        yield Case("extensions", f"{offer}, used", (START, packed), reaction, request)
        sent = (START, frame(Opcode.TEXT, UPDATE), STOP)
        goes = Reaction(close=DONE, texts=(UPDATED, CLOSED))
        yield Case("extensions", f"{offer}, not used", sent, goes, request)
