"""``vivavoz-bench engines``: processor time of one classification, by runtime and length."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Final, NamedTuple, get_args

import numpy as np

from bench.conditions import Conditions
from bench.errors import BenchError, MissingPackageError
from bench.model import add_model_flag
from bench.report import Column, Report, Table
from classifier import (
    Classifier,
    ClassifierError,
    RuntimeName,
    RuntimeUnavailableError,
    WeightsError,
    open_classifier,
)
from vad.voice import speak

HELP = "processor time of a classification by runtime and length, on one thread"

SECONDS: Final = (0.5, 1.0, 3.0, 8.0)
SIDE: Final = 512
"""The reference is a product of two float32 matrices of this many rows and columns."""
REFERENCE_FLOP: Final = 2 * SIDE**3
WARM_RUNS: Final = 2

Work = Callable[[], object]


class Cost(NamedTuple):
    """Median processor time, seconds, of a piece of work and of the reference beside it."""

    work_s: float
    reference_s: float


def add_flags(command: argparse.ArgumentParser) -> None:
    """The flags of this sub-command."""
    add_model_flag(command)
    command.add_argument(
        "--runs",
        type=int,
        default=20,
        metavar="N",
        help="classifications of each length, of which the median counts (default: %(default)s)",
    )


def run(arguments: argparse.Namespace) -> Report:
    """Time each runtime that is installed and that the model has weights for."""
    if arguments.runs < 1:
        raise BenchError("--runs has to be at least 1")
    classifiers, missing = open_all(arguments.model)
    first = classifiers[0]
    conditions = Conditions.here(f"{first.name} {first.version}")
    with one_blas_thread():
        costs = {
            (one.runtime, seconds): cost(one, seconds, arguments.runs)
            for one in classifiers
            for seconds in SECONDS
        }
    chosen = {"threads": 1, "runs": arguments.runs}
    return Report("engines", conditions, chosen, [tabulate(costs, missing)])


def open_all(model: str) -> tuple[list[Classifier], list[str]]:
    """The model in each runtime, and why the others are not there.

    Raises:
        BenchError: it cannot be opened in any.
    """
    opened, missing = [], []
    for name in (name for name in get_args(RuntimeName) if name != "auto"):
        try:
            one = open_classifier(model, runtime=name)
            one.warm_up()
            opened.append(one)
        except (RuntimeUnavailableError, WeightsError) as error:
            missing.append(f"Not measured: {name} ({error}).")
        except ClassifierError as error:
            raise BenchError(str(error)) from error
    if not opened:
        raise BenchError(" ".join(missing))
    return opened, missing


def one_blas_thread() -> AbstractContextManager[object]:
    """NumPy's matrix products on one thread while the block lasts.

    Raises:
        MissingPackageError: threadpoolctl is not installed.
    """
    try:
        from threadpoolctl import threadpool_limits
    except ImportError as error:
        raise MissingPackageError("threadpoolctl") from error
    limits: AbstractContextManager[object] = threadpool_limits(limits=1, user_api="blas")
    return limits


def cost(classifier: Classifier, seconds: float, runs: int) -> Cost:
    """What a segment of this length costs."""
    pcm = speak(seconds)
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((2, SIDE, SIDE), np.float32)
    return side_by_side(lambda: classifier.logits(pcm), lambda: a @ b, runs)


def side_by_side(
    work: Work,
    reference: Work,
    runs: int,
    clock: Callable[[], float] = time.process_time,
) -> Cost:
    """Median costs of two pieces of work that take turns: what slows one slows the other."""
    for _ in range(WARM_RUNS):
        work()
        reference()
    pairs = [(_time(work, clock), _time(reference, clock)) for _ in range(runs)]
    medians = np.median(pairs, axis=0)
    return Cost(float(medians[0]), float(medians[1]))


def tabulate(costs: dict[tuple[str, float], Cost], missing: Sequence[str]) -> Table:
    """One row for each runtime and length."""
    return Table(
        "Processor time of one classification",
        (
            Column("runtime"),
            Column("audio, s", "g"),
            Column("CPU p50, ms", ".2f"),
            Column("reference p50, ms", ".2f"),
            Column("CPU, in references", ".2f"),
            Column("CPU a second of audio, ms", ".2f"),
        ),
        [
            (
                runtime,
                seconds,
                each.work_s * 1000,
                each.reference_s * 1000,
                each.work_s / each.reference_s if each.reference_s else None,
                each.work_s * 1000 / seconds,
            )
            for (runtime, seconds), each in costs.items()
        ],
        (
            f"The reference is one product of two {SIDE} by {SIDE} float32 matrices in NumPy "
            f"({REFERENCE_FLOP / 1e9:.2f} GFLOP) on one thread, in turns with the classification: "
            "compare machines by the ratio, not by the milliseconds.",
            *missing,
        ),
    )


def _time(work: Work, clock: Callable[[], float]) -> float:
    began = clock()
    work()
    return clock() - began
