"""How many listeners there are, for how long, and the server that they speak to, as flags."""

from __future__ import annotations

import argparse
import shlex
from typing import Final

from bench.errors import BenchError
from bench.load import Load
from bench.recordings import add_recordings
from bench.stream_flags import add_stream_flags

RAMP_S: Final = 5.0
MOST_S: Final = 600.0


def add_load_flags(command: argparse.ArgumentParser, sessions: str) -> None:
    """Add the recordings, ``--sessions``, ``--seconds``, ``--ramp``, the stream and the server.

    Args:
        command: to add them to.
        sessions: the default curve, such as ``1,10,50``.
    """
    add_recordings(
        command,
        "whose speech is said, with pauses between (default: a synthetic voice)",
    )
    command.add_argument(
        "--sessions",
        type=curve,
        default=sessions,
        metavar="N,N,…",
        help="how many at once, one measurement each (default: %(default)s)",
    )
    command.add_argument(
        "--seconds",
        type=_seconds,
        default=30.0,
        help="for which each is measured (default: %(default)g)",
    )
    command.add_argument(
        "--ramp",
        type=_seconds,
        default=RAMP_S,
        metavar="SECONDS",
        help="over which the sessions begin, before that (default: %(default)g)",
    )
    command.add_argument(
        "--sessions-a-process",
        type=int,
        default=300,
        metavar="N",
        help="of the load generator (default: %(default)s)",
    )
    command.add_argument(
        "--serve",
        default="",
        metavar="FLAGS",
        help="further flags of vivavoz serve, in one argument: --serve='--workers 2'",
    )
    add_stream_flags(command)


def read_load(arguments: argparse.Namespace) -> Load:
    """How the sessions are held.

    Raises:
        BenchError: a number that makes no sense.
    """
    if arguments.sessions_a_process < 1:
        raise BenchError("--sessions-a-process has to be at least 1")
    return Load(
        seconds=arguments.seconds,
        ramp_s=arguments.ramp,
        chunk_ms=arguments.chunk_ms,
        interim_ms=arguments.interim_ms,
        sessions_a_process=arguments.sessions_a_process,
    )


def server_flags(arguments: argparse.Namespace, sessions: int) -> list[str]:
    """Flags of a server with a place for so many sessions, all of them from one address."""
    places = str(sessions + 8)
    return [
        *("--max-sessions", places, "--max-sessions-per-address", places),
        *("--max-connections", places, "--max-connections-per-address", places),
        *("--log-level", "warning"),
        *shlex.split(arguments.serve),
    ]


def curve(text: str) -> list[int]:
    """Numbers of sessions, ascending.

    Examples:
        >>> curve("10,1,50")
        [1, 10, 50]
    """
    numbers = sorted({int(part) for part in text.split(",")})
    if numbers[0] < 1:
        raise argparse.ArgumentTypeError("each has to be at least 1")
    return numbers


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds <= MOST_S:
        raise argparse.ArgumentTypeError(f"from above 0 to {MOST_S:g}")
    return seconds
