"""Each hostile file gets the status it deserves, from a server that goes on as if nothing were."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from server.settings import Settings
from tests.hostile.case import ANY, FILES, Expected, read_table
from tests.hostile.make import cases
from tests.server.running import Running, StubModel, running

MOST_BYTES = 2 << 20
LEAST = 150
AT_ONCE = 4


@pytest.fixture
async def server() -> AsyncIterator[Running]:
    """One whose model has an opinion on everything."""
    async with running(StubModel(), Settings(max_uploads=2 * AT_ONCE)) as started:
        yield started


async def test_each_gets_its_status(server: Running, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    table = read_table()
    places = asyncio.Semaphore(AT_ONCE)
    async with aiohttp.ClientSession() as client:

        async def ask(expected: Expected) -> list[str]:
            async with places:
                content = (FILES / expected.file).read_bytes()
                async with client.post(f"{server.http}/v1/classify", data=content) as answer:
                    return _faults(expected, answer.status, await answer.json(content_type=None))

        faults = [fault for found in await asyncio.gather(*map(ask, table)) for fault in found]
    assert not faults, "\n".join(faults)
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
    await _goes_on(server, len(table))


def _faults(expected: Expected, status: int, body: Any) -> list[str]:
    """What is wrong with an answer."""
    code = "ok" if status == 200 else body["error"]["code"]
    found = []
    if status != 200 and (body.keys() != {"error"} or body["error"].keys() != {"code", "message"}):
        found.append(f"{expected.file}: {body} is no refusal")
    if "Traceback" in str(body) or "Error(" in str(body):
        found.append(f"{expected.file}: {body} says what it runs on")
    if not expected.is_right(status, code):
        found.append(f"{expected.file}: {status} {code}, not {expected.answer}")
    return found


async def _goes_on(server: Running, count: int) -> None:
    async with aiohttp.ClientSession() as client:
        content = (FILES / "wav-loud.wav").read_bytes()
        async with client.post(f"{server.http}/v1/classify", data=content) as answer:
            assert answer.status == 200
    assert server.counted("decode_cpu_seconds_count") == count + 1


def test_the_files_are_those_that_the_generator_makes() -> None:
    made = {case.name: case.content for case in cases()}
    kept = {path.name: path.read_bytes() for path in FILES.iterdir()}
    assert made.keys() == kept.keys()
    assert [name for name in made if made[name] != kept[name]] == []
    assert len(kept) >= LEAST
    assert sum(map(len, kept.values())) < MOST_BYTES


def test_the_table_says_what_the_generator_means() -> None:
    table = {row.file: row for row in read_table()}
    wanted = {case.name: case for case in cases()}
    assert table.keys() == wanted.keys()
    for name, row in table.items():
        if wanted[name].code == ANY:
            assert row.by
        else:
            assert (row.answer, row.by) == (wanted[name].code, "")
    assert sum(not row.by for row in table.values()) >= LEAST
