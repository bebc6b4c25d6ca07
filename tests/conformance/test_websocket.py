"""RFC 6455 by raw frames: the suite of ``vivavoz bench websocket``, and whether it sees faults."""

from __future__ import annotations

from collections import Counter

import pytest
from aiohttp import web

from bench.websocket import all_cases, play, table_of
from bench.websocket_case import fault_of
from bench.websocket_frame import MASK, frame, masked_with
from server.protocol import PROTOCOL
from tests.client_python.peer import serve
from tests.server.running import Running

GROUPS = tuple(Counter(case.group for case in all_cases()))


@pytest.mark.parametrize("group", GROUPS)
async def test_every_case_is_answered_as_the_standard_says(server: Running, group: str) -> None:
    cases = [case for case in all_cases() if case.group == group]
    faults = await play(cases, "127.0.0.1", server.port)
    assert {f"{case.name}: {fault}" for case, fault in faults.items()} == set()
    assert server.counted("errors_total", code="internal") == 0


def test_the_suite_is_large_and_each_case_another() -> None:
    names = Counter((case.group, case.name) for case in all_cases())
    assert len(names) == names.total() >= 300
    sent = Counter((case.opening, *case.sent) for case in all_cases())
    assert sent.total() - len(sent) < 10


@pytest.mark.parametrize(
    ("group", "name"),
    [
        ("masks", "none on TEXT"),
        ("long forms", "0 in 16 bits on BINARY"),
        ("misplaced fragments", "1 in 1 of 0 bytes, final, 0 bytes"),
        ("close", "1006"),
        ("handshake", "version '8'"),
    ],
)
async def test_it_sees_what_a_lax_server_lets_pass(group: str, name: str) -> None:
    """aiohttp's own WebSocket takes some wrong frames."""

    async def handler(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(protocols=[PROTOCOL], compress=False)
        await socket.prepare(request)
        async for _ in socket:
            pass
        return socket

    (case,) = [case for case in all_cases() if (case.group, case.name) == (group, name)]
    async with serve(handler) as url:
        port = int(url.rpartition(":")[2])
        assert await fault_of(case, "127.0.0.1", port, patience_s=0.2)


def test_its_table_counts() -> None:
    cases = all_cases()
    table = table_of(cases, cases[:1])
    assert table.rows[-1] == ["all", len(cases), len(cases) - 1]
    assert table.rows[0][1:] == [table.rows[0][1], table.rows[0][1] - 1]


def test_frames_are_written_as_the_standard_shows_them() -> None:
    """The examples of RFC 6455, section 5.7."""
    assert frame(1, b"Hello").hex() == "818537fa213d7f9f4d5158"
    assert frame(9, b"Hello", mask=None).hex() == "890548656c6c6f"
    assert frame(2, bytes(256), mask=None)[:4].hex() == "827e0100"
    assert frame(2, bytes(65536), mask=None)[:10].hex() == "827f0000000000010000"
    assert masked_with(MASK, masked_with(MASK, b"Hello")) == b"Hello"
