"""``vivavoz-bench session``: one listener in real time; how late labels are, and what it costs."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import numpy as np

from bench.conditions import Conditions
from bench.delivery import utterance_differences, verdict_differences
from bench.errors import BenchError, RecordingError
from bench.live import Live, hold_session
from bench.model import add_model_flag
from bench.prometheus import Buckets, read_buckets, since
from bench.recordings import RATE, Pcm, add_recordings, milliseconds, read_recording
from bench.report import Report
from bench.resources import Usage, Watch
from bench.server_process import Server, serve
from bench.session_tables import cost_table, delivery_table, latency_table
from bench.stream_flags import add_stream_flags
from bench.vad_flags import add_vad_flags, read_vad_flags
from bench.voice import converse
from client_python import ClientError
from vad import VadSettings

HELP = "one listener in real time: label latency, what it costs, whether anything is lost"

MEMORY_EVERY_S: Final = 10.0
LAG: Final = "vivavoz_event_loop_lag_seconds"
PAUSE_S: Final = 1.0
"""Silence after each recording, so that it ends its utterance."""


def add_flags(command: argparse.ArgumentParser) -> None:
    """The flags of this sub-command."""
    add_recordings(
        command,
        "what is said, one after the other with a pause of a second, again from the first "
        "until the time is over (default: a synthetic voice)",
    )
    command.add_argument(
        "--minutes", type=_minutes, default=1.0, help="how long (default: %(default)s)"
    )
    command.add_argument(
        "--url", help="of a server that runs already (default: one is started here)"
    )
    command.add_argument("--metrics-url", help="of that server's metrics: for its event loop")
    command.add_argument("--pid", type=int, help="of that server, if here: for CPU and memory")
    add_stream_flags(command)
    add_model_flag(command)
    add_vad_flags(command)


def run(arguments: argparse.Namespace) -> Report:
    """Hold the session and report it."""
    settings = read_vad_flags(arguments)
    pcm = programme(arguments.recordings, arguments.minutes * 60)
    with _server(arguments) as server:
        conditions = Conditions.here("")
        try:
            live, usage, lag = asyncio.run(_measure(pcm, server, settings, arguments))
        except (ClientError, ValueError) as error:
            raise BenchError(str(error)) from error
    verdicts = verdict_differences(live.expected, live.received)
    utterances = utterance_differences(live.expected, live.received)
    failures = [*verdicts.complaints("verdicts"), *utterances.complaints("utterances")]
    if live.failure:
        failures.insert(0, f"the session ended early: {live.failure}")
    tables = [
        latency_table(live),
        delivery_table(live, verdicts, utterances),
        cost_table(usage, lag, milliseconds(pcm), live.speech_ms),
    ]
    chosen = {
        "audio": f"{len(arguments.recordings)} recordings" if arguments.recordings else "synthetic",
        "minutes": f"{arguments.minutes:g}",
        "chunk_ms": arguments.chunk_ms,
        "interim_ms": arguments.interim_ms,
        "server": arguments.url or "started for this",
        **live.vad.model_dump(),
    }
    return Report(
        "session",
        conditions.with_model(live.model),
        chosen,
        tables,
        failures,
        {
            "arrivals": [arrival._asdict() for arrival in live.received.arrivals],
            "memory": [point._asdict() for point in usage.memory] if usage else [],
        },
    )


def programme(recordings: Sequence[Path], seconds: float) -> Pcm:
    """What is said, so many seconds of it.

    Raises:
        RecordingError: a recording cannot be read, or all of them are empty.
    """
    length = round(seconds * RATE)
    if not recordings:
        return converse(seconds)
    pause = np.zeros(round(PAUSE_S * RATE), "<i2")
    heard = [read_recording(path) for path in recordings]
    if not any(pcm.size for pcm in heard):
        raise RecordingError("there is no audio in these recordings")
    once = np.concatenate([part for pcm in heard for part in (pcm, pause)])
    return np.tile(once, -(-length // once.size))[:length]


@contextmanager
def _server(arguments: argparse.Namespace) -> Iterator[Server]:
    if arguments.url:
        yield Server(arguments.url, arguments.metrics_url, arguments.pid)
    else:
        with serve(arguments.model) as server:
            yield server


async def _measure(
    pcm: Pcm, server: Server, settings: VadSettings, arguments: argparse.Namespace
) -> tuple[Live, Usage | None, Buckets | None]:
    """The session, with what it cost the server and how its event loop fared."""
    before = await _lag(server)
    watch = Watch(server.pid, MEMORY_EVERY_S) if server.pid is not None else None
    if watch:
        watch.start()
    live = await hold_session(
        pcm,
        server.url,
        vad=settings,
        chunk_ms=arguments.chunk_ms,
        interim_ms=arguments.interim_ms,
    )
    usage = await watch.stop() if watch else None
    after = None if live.failure else await _lag(server)  # the server may be gone
    return live, usage, since(before, after) if before and after else None


async def _lag(server: Server) -> Buckets | None:
    if server.metrics_url is None:
        return None
    return await asyncio.to_thread(read_buckets, server.metrics_url, LAG)


def _minutes(text: str) -> float:
    minutes = float(text)
    if not 0 < minutes <= 60:
        raise argparse.ArgumentTypeError("from above 0 to 60, which is how long a session may last")
    return minutes
