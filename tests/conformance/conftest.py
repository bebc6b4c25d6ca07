"""A real server around a model that costs nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from server.settings import Settings
from tests.server.running import Running, StubModel, running


@pytest.fixture
async def server() -> AsyncIterator[Running]:
    """With the default settings, but room for many clients of one machine."""
    settings = Settings(max_sessions_per_address=64)
    async with running(StubModel(), settings) as server:
        yield server
