"""A curve: one measurement under load for each number of sessions."""

from __future__ import annotations

import argparse
import asyncio
import sys
from dataclasses import dataclass
from typing import Final

from bench.capacity_tables import Promise, delivery_table, knee_table, label_table, server_table
from bench.load import Step, measure_load
from bench.load_flags import read_load, server_flags
from bench.programme import cut_segments, make_programmes, speech_share
from bench.report import Table
from bench.server_process import serve
from bench.vad_flags import read_vad_flags

PROGRAMMES: Final = 24
"""Different ones; sessions that share one begin at different moments."""


@dataclass(frozen=True, slots=True)
class Curve:
    """What was measured.

    Attributes:
        steps: ascending in the number of sessions.
        settings: what was chosen, for the head of the report.
    """

    steps: list[Step]
    settings: dict[str, object]

    @property
    def model(self) -> str:
        """That answered."""
        return self.steps[0].model

    def tables(self, promise: Promise) -> list[Table]:
        """The knee, latency, delivery, cost."""
        return [
            knee_table(self.steps, promise),
            label_table(self.steps, promise),
            delivery_table(self.steps),
            server_table(self.steps),
        ]

    def complaints(self) -> list[str]:
        """What may not happen at any load, and did."""
        return [f"{step.sessions} sessions: {t}" for step in self.steps for t in step.complaints()]

    def details(self) -> dict[str, object]:
        """Every latency, for the JSON file."""
        return {
            str(step.sessions): {
                "label_ms": step.tally.label_ms,
                "added_ms": step.tally.added_ms,
                "interim_ms": step.tally.interim_ms,
                "verdicts": dict(step.tally.seen),
            }
            for step in self.steps
        }


def measure_curve(arguments: argparse.Namespace, model: str, share: float) -> Curve:
    """Measure each number of sessions, against a fresh server each.

    What is under way is told on standard error.

    Args:
        arguments: of the flags ``recordings``, `add_load_flags` and `add_vad_flags`.
        model: see `serve`.
        share: of the time in which somebody speaks.

    Raises:
        BenchError: a recording, a setting, the server or the load generator is at fault.
    """
    load, vad = read_load(arguments), read_vad_flags(arguments)
    recordings = arguments.recordings
    segments = cut_segments(recordings, vad)
    count = min(PROGRAMMES, max(arguments.sessions))
    programmes = make_programmes(segments, count, load.session_s, share, vad)
    steps = []
    for sessions in arguments.sessions:
        print(f"{sessions} sessions, {load.session_s + load.ramp_s:.0f} s …", file=sys.stderr)
        with serve(model, *server_flags(arguments, sessions)) as server:
            steps.append(asyncio.run(measure_load(server, sessions, load, programmes, vad)))
    settings: dict[str, object] = {
        "audio": f"{len(recordings)} recordings" if recordings else "synthetic",
        "speech": f"{speech_share(programmes):.0%} of the time",
        "seconds": f"{load.seconds:g}",
        "chunk_ms": load.chunk_ms,
        "interim_ms": load.interim_ms,
        "serve": arguments.serve or "as by default",
        **vad.model_dump(),
    }
    return Curve(steps, settings)
