from __future__ import annotations

from collections import Counter

import pytest

from server.limits import LIMITS
from server.limits_export import PATH, limits_page
from server.settings import Settings
from tests.server import limit_tries, limit_tries_behind

NO_LIMITS = {
    *("host", "port", "metrics_host", "metrics_port", "model", "model_poll_ms", "runtime"),
    *("precision", "threads", "workers", "online", "allow_pickle", "token_file", "allow_origin"),
    *("open", "trusted_proxies", "feedback_dir", "lead_ms", "vad", "log_level"),
}
IN_OTHERS = {"messages_per_second", "pace", "feedback_free_bytes"}
"""Rates stand beside their bursts; what is left free is no most."""


@pytest.mark.parametrize("name", [limit.name for limit in LIMITS])
async def test_a_limit_holds_at_its_last_value_and_one_further(name: str) -> None:
    module = limit_tries if hasattr(limit_tries, name) else limit_tries_behind
    await getattr(module, name)()


def test_every_setting_that_bounds_something_is_in_the_table() -> None:
    settings = {limit.name for limit in LIMITS if limit.is_setting}
    assert settings == Settings.model_fields.keys() - NO_LIMITS - IN_OTHERS
    assert set(Counter(limit.name for limit in LIMITS).values()) == {1}


def test_the_page_says_what_the_table_does() -> None:
    assert PATH.read_text() == limits_page(), "run: python -m server.limits_export"


def test_values_follow_the_settings() -> None:
    values = {limit.name: limit.value(Settings(max_uploads=9, idle_ms=1)) for limit in LIMITS}
    assert (values["idle_ms"], values["uploads_per_address"]) == (1, 4)
    assert (values["lasts_ms"], values["parts"]) == (3_600_001, 15)
