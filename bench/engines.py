"""``vivavoz-bench engines``: what a classification costs by runtime, and what it answers."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from bench.conditions import Conditions
from bench.engine import Engine, add_engine_flags, engines, open_each
from bench.errors import BenchError
from bench.labelled import Labelled, canary_segments, listed_segments, recorded_segments
from bench.model import add_model_flag
from bench.precision import Scores, agreement_table, answers
from bench.recordings import add_recordings
from bench.report import Column, Report, Table
from bench.timing import (
    SIDE,
    Cost,
    blas_threads,
    flop_of_product,
    matrix_product,
    side_by_side,
)
from classifier import Classifier
from vad.voice import speak

HELP = "processor time of a classification by runtime, precision, threads and length; accuracy"

SECONDS: Final = (0.5, 1.0, 3.0, 8.0)
RUNS: Final = 20
MOST: Final = 300


def add_flags(command: argparse.ArgumentParser) -> None:
    """The flags of this sub-command."""
    add_recordings(
        command,
        "whose segments are answered in every precision, beside the model's canaries",
    )
    command.add_argument(
        "--speech",
        type=Path,
        metavar="CSV",
        help="labelled recordings as for training, for the accuracy (columns path, emotion, split)",
    )
    command.add_argument(
        "--split", default="validation", help="whose rows of it count (default: %(default)s)"
    )
    command.add_argument(
        "--most",
        type=int,
        default=MOST,
        metavar="N",
        help="recordings of it, evenly over its rows (default: %(default)s)",
    )
    add_engine_flags(command, RUNS)
    add_model_flag(command)


def run(arguments: argparse.Namespace) -> Report:
    """Measure each runtime that is installed and that the model has weights for."""
    if arguments.runs < 1 or arguments.most < 1:
        raise BenchError("--runs and --most have to be at least 1")
    segments = _segments(arguments)
    costs: dict[tuple[Engine, float], Cost] = {}
    scores: dict[Engine, Scores] = {}
    missing: list[str] = []
    conditions, labels = Conditions.here(""), tuple[str, ...]()
    wanted = engines(arguments.threads)
    with blas_threads(1):
        for engine, one in open_each(arguments.model, wanted, missing):
            for seconds in SECONDS:
                costs[engine, seconds] = cost(one, seconds, arguments.runs)
            if engine.threads == arguments.threads[0]:
                scores[engine] = answers(one, segments)
            conditions, labels = conditions.with_model(f"{one.name} {one.version}"), one.labels
    chosen = {"runs": arguments.runs, "recordings": len(arguments.recordings)}
    if arguments.speech:
        chosen["labelled recordings"] = len([one for one in segments if one.emotion])
    tables = [cost_table(costs, missing)]
    if segments:
        tables.append(agreement_table(scores, labels, segments))
    return Report("engines", conditions, chosen, tables)


def cost(classifier: Classifier, seconds: float, runs: int) -> Cost:
    """What a segment of this length costs."""
    pcm = speak(seconds)
    return side_by_side(lambda: classifier.logits(pcm), matrix_product(), runs)


def cost_table(costs: Mapping[tuple[Engine, float], Cost], missing: Sequence[str]) -> Table:
    """One row for each runtime, precision, number of threads and length."""
    return Table(
        "Cost of one classification",
        (
            Column("runtime"),
            Column("precision"),
            Column("threads"),
            Column("audio, s", "g"),
            Column("CPU p50, ms", ".2f"),
            Column("time p50, ms", ".2f"),
            Column("reference p50, ms", ".2f"),
            Column("CPU, in references", ".2f"),
            Column("CPU a second of audio, ms", ".2f"),
        ),
        [
            (
                *engine,
                seconds,
                each.cpu_s * 1000,
                each.wall_s * 1000,
                each.reference_s * 1000,
                each.cpu_s / each.reference_s if each.reference_s else None,
                each.cpu_s * 1000 / seconds,
            )
            for (engine, seconds), each in costs.items()
        ],
        (
            f"The reference is one product of two {SIDE} by {SIDE} float32 matrices in NumPy "
            f"({flop_of_product(SIDE) / 1e9:.2f} GFLOP) on one thread, in turns with the "
            "classification: compare machines by the ratio, not by the milliseconds.",
            *missing,
        ),
    )


def _segments(arguments: argparse.Namespace) -> list[Labelled]:
    listed = []
    if arguments.speech:
        listed = listed_segments(arguments.speech, arguments.split, arguments.most)
    return [*canary_segments(arguments.model), *recorded_segments(arguments.recordings), *listed]
