"""What a trial of a fault is; all of them stand in `bench.trials`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from bench.server_process import Server

ROOM: Final = ("--max-sessions-per-address", "64", "--burst-ms", "600000")
"""Flags of a server that takes many sessions of one machine."""


class Outcome(NamedTuple):
    """What a trial showed.

    Attributes:
        is_kept: whether the promise was.
        figure: what was measured.
    """

    is_kept: bool
    figure: str


class Trial(NamedTuple):
    """A fault.

    Attributes:
        fault: what is brought about.
        promise: what is kept all the same.
        run: does it, to servers with this model.
    """

    fault: str
    promise: str
    run: Callable[[str], Awaitable[Outcome]]


def address_of(server: Server) -> tuple[str, int]:
    """Where a server listens."""
    parts = urlsplit(server.url)
    return str(parts.hostname), int(parts.port or 80)
