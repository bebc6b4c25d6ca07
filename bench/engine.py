"""A runtime in a precision on so many threads: all of them, one after the other."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from bench.errors import BenchError
from classifier import (
    Classifier,
    ClassifierError,
    PrecisionName,
    RuntimeName,
    RuntimeUnavailableError,
    WeightsError,
    open_classifier,
)
from classifier.runtime import PRECISIONS

FULL: Final = "fp32"


class Engine(NamedTuple):
    """What runs a model."""

    runtime: RuntimeName
    precision: PrecisionName
    threads: int


def engines(threads: Sequence[int], precisions: Sequence[str] = ()) -> list[Engine]:
    """Every runtime in every precision that it has, or in those named, on so many threads each."""
    return [
        Engine(runtime, precision, count)
        for runtime, able in PRECISIONS.items()
        for precision in sorted(able, key=lambda name: name != FULL)
        if not precisions or precision in precisions
        for count in threads
    ]


def open_each(
    model: str, wanted: Sequence[Engine], missing: list[str]
) -> Iterator[tuple[Engine, Classifier]]:
    """The model in one engine after the other, each let go of before the next is opened.

    Args:
        model: see `open_classifier`.
        wanted: which engines.
        missing: why one is left out is added here.

    Raises:
        BenchError: the model cannot be opened at all, or in none of them.
    """
    opened = False
    for engine in wanted:
        try:
            one = open_classifier(
                model, runtime=engine.runtime, precision=engine.precision, threads=engine.threads
            )
            one.warm_up()
        except (RuntimeUnavailableError, WeightsError) as error:
            note = f"Not measured: {engine.runtime} {engine.precision} ({error})."
            if note not in missing:
                missing.append(note)
            continue
        except ClassifierError as error:
            raise BenchError(str(error)) from error
        opened = True
        yield engine, one
        del one
    if not opened:
        raise BenchError(" ".join(missing))


def add_engine_flags(command: argparse.ArgumentParser, runs: int) -> None:
    """Add ``--threads`` and ``--runs``."""
    command.add_argument(
        "--threads",
        type=counts,
        default="1",
        metavar="N,N,…",
        help="that one classification may use (default: %(default)s)",
    )
    command.add_argument(
        "--runs",
        type=int,
        default=runs,
        metavar="N",
        help="classifications of each length, of which the median counts (default: %(default)s)",
    )


def counts(text: str) -> list[int]:
    """Numbers from 1, ascending.

    Examples:
        >>> counts("10,1,50")
        [1, 10, 50]
    """
    numbers = sorted({int(part) for part in text.split(",")})
    if numbers[0] < 1:
        raise argparse.ArgumentTypeError("each has to be at least 1")
    return numbers
