"""``vivavoz-bench peak``: how much of what the machine can compute a classification gets."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import Final, NamedTuple

import numpy as np

from bench.conditions import Conditions
from bench.engine import FULL, Engine, add_engine_flags, engines, open_each
from bench.errors import BenchError
from bench.flop import count_flop, read_config
from bench.model import add_model_flag, model_folder
from bench.random_base import NAME
from bench.recordings import RATE
from bench.report import Column, Report, Table
from bench.timing import WARM_RUNS, Work, blas_threads, flop_of_product, matrix_product, spent
from vad.voice import speak

HELP = "the float32 peak of this machine, and the share of it that a classification gets"

SIDES: Final = (1024, 2048)
SECONDS: Final = (3.0, 8.0)
RUNS: Final = 7


class Rate(NamedTuple):
    """Operations of so much work in a second of processor time."""

    name: str
    flop: int
    cpu_s: float

    @property
    def gflops(self) -> float:
        """Milliards of operations in a second of processor time."""
        return self.flop / self.cpu_s / 1e9


def add_flags(command: argparse.ArgumentParser) -> None:
    """The flags of this sub-command."""
    add_engine_flags(command, RUNS)
    add_model_flag(command)
    command.set_defaults(model=NAME)


def run(arguments: argparse.Namespace) -> Report:
    """Measure the peak and every runtime in float32, in turns."""
    if arguments.runs < 1:
        raise BenchError("--runs has to be at least 1")
    config = read_config(model_folder(arguments.model))
    conditions = Conditions.here("")
    found: dict[tuple[Engine, float], tuple[Rate, Rate]] = {}
    missing: list[str] = []
    for engine, one in open_each(arguments.model, engines(arguments.threads, [FULL]), missing):
        for seconds in SECONDS:
            pcm = speak(seconds)
            flop = count_flop(config, round(seconds * RATE))
            with products(engine.threads) as references:
                found[engine, seconds] = turns(
                    Rate(engine.runtime, flop, 0.0),
                    partial(one.logits, pcm),
                    references,
                    arguments.runs,
                )
        conditions = conditions.with_model(f"{one.name} {one.version}")
    chosen = {"runs": arguments.runs, "precision": FULL}
    return Report("peak", conditions, chosen, [tabulate(found, missing)])


def turns(
    work: Rate, classify: Work, references: Mapping[str, tuple[int, Work]], runs: int
) -> tuple[Rate, Rate]:
    """The median rate of a classification, and the best of any matrix product beside it."""
    times: list[float] = []
    best: list[Rate] = []
    for number in range(WARM_RUNS + runs):
        cpu_s = spent(classify, time.process_time, time.perf_counter)[0]
        rates = [
            Rate(name, flop, spent(product, time.process_time, time.perf_counter)[0])
            for name, (flop, product) in references.items()
        ]
        if number >= WARM_RUNS:
            times.append(cpu_s)
            best += rates
    return work._replace(cpu_s=float(np.median(times))), max(best, key=lambda rate: rate.gflops)


@contextmanager
def products(threads: int) -> Iterator[dict[str, tuple[int, Work]]]:
    """Matrix products of several sizes in NumPy, and in torch where it is installed."""
    with blas_threads(threads), _torch_products(threads) as found:
        for side in SIDES:
            found[f"NumPy {side}"] = (flop_of_product(side), matrix_product(side))
        yield found


@contextmanager
def _torch_products(threads: int) -> Iterator[dict[str, tuple[int, Work]]]:
    try:
        import torch
    except ImportError:
        with nullcontext():
            yield {}
        return
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        found: dict[str, tuple[int, Work]] = {}
        for side in SIDES:
            a, b = torch.rand(2, side, side)
            found[f"torch {side}"] = (flop_of_product(side), partial(torch.matmul, a, b))
        yield found
    finally:
        torch.set_num_threads(before)


def tabulate(found: Mapping[tuple[Engine, float], tuple[Rate, Rate]], missing: list[str]) -> Table:
    """One row for each runtime, number of threads and length."""
    return Table(
        "Share of the measured float32 peak",
        (
            Column("runtime"),
            Column("threads"),
            Column("audio, s", "g"),
            Column("GFLOP", ".1f"),
            Column("CPU p50, ms", ".1f"),
            Column("GFLOP a CPU second", ".1f"),
            Column("peak", ".1f"),
            Column("measured with"),
            Column("share", ".1%"),
        ),
        [
            (
                engine.runtime,
                engine.threads,
                seconds,
                work.flop / 1e9,
                work.cpu_s * 1000,
                work.gflops,
                peak.gflops,
                peak.name,
                work.gflops / peak.gflops,
            )
            for (engine, seconds), (work, peak) in found.items()
        ],
        (
            "The peak is the best of several products of two square float32 matrices, on as many "
            "threads and in turns with the classifications. Counted are matrix products and "
            "convolutions; norms, GELU and softmax take time and count for nothing.",
            *missing,
        ),
    )
