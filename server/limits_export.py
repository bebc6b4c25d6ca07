"""Writes ``docs/limits.md`` from `server.limits`: ``python -m server.limits_export``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from server.limit import About, Limit
from server.limits import LIMITS
from server.settings import Settings

PATH: Final = Path(__file__).resolve().parents[1] / "docs/limits.md"

HEAD: Final = """\
# Limits

<!-- Generated from server/limits.py by `python -m server.limits_export`; edits here are lost. -->

What a client may take, and what happens beyond it. Each is tried at its last value and one further
in `tests/server/test_limits.py`. What begins with `--` is a setting: `vivavoz serve --max-sessions
20`, or `VIVAVOZ_MAX_SESSIONS=20`. An address is an IPv4 address, or the /64 network of an IPv6 one;
behind `--trusted-proxies` it is what those say in `X-Forwarded-For`.

`--max-sessions` is a ceiling. Below it the server takes as many sessions as it can serve: it learns
what one costs its workers and its event loop, and fills both to 80 %; `vivavoz_sessions_capacity`
shows the number. For 5 s after a segment for which there was no time, nobody new comes in.

What waits for the model waits by turns, one segment of each session after the other: who sends much
waits for itself. Too much to do is said at once, as `overloaded`; no verdict comes late.
"""


def limits_page() -> str:
    """The whole page."""
    settings = Settings.model_construct(**defaults())
    return "\n".join([HEAD, *(_table(about, settings) for about in About)])


def defaults() -> dict[str, Any]:
    """The settings as they are if nothing says otherwise, on any machine."""
    fields = Settings.model_fields.items()
    return {name: field.get_default(call_default_factory=True) for name, field in fields}


def _table(about: About, settings: Settings) -> str:
    rows = [limit for limit in LIMITS if limit.about is about]
    head = "| limit | default | what is bounded | beyond |\n|---|--:|---|---|"
    return "\n".join([f"## {about}", "", head, *_rows(rows, settings), ""])


def _rows(limits: list[Limit], settings: Settings) -> Iterator[str]:
    for limit in limits:
        name = f"`--{limit.name.replace('_', '-')}`" if limit.is_setting else limit.name
        value = f"{limit.value(settings):,} {limit.unit}".strip()
        yield f"| {name} | {value} | {limit.bounds} | {limit.beyond} |"


def main() -> None:
    """Write the page."""
    PATH.write_text(limits_page(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
