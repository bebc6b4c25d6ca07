"""What a piece of work costs, beside a fixed one that suffers alike from all else."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Final, NamedTuple, TypeAlias

import numpy as np

from bench.errors import MissingPackageError

SIDE: Final = 512
"""The reference is a product of two float32 matrices of this many rows and columns."""
WARM_RUNS: Final = 2

Work: TypeAlias = Callable[[], object]
Clock: TypeAlias = Callable[[], float]


class Cost(NamedTuple):
    """Medians, seconds.

    Attributes:
        cpu_s: processor time of the work, of all threads.
        wall_s: time that passed meanwhile.
        reference_s: processor time of the reference beside it.
    """

    cpu_s: float
    wall_s: float
    reference_s: float


def side_by_side(
    work: Work,
    reference: Work,
    runs: int,
    cpu: Clock = time.process_time,
    wall: Clock = time.perf_counter,
) -> Cost:
    """Costs of two pieces of work that take turns: what slows one slows the other."""
    for _ in range(WARM_RUNS):
        work()
        reference()
    found = []
    for _ in range(runs):
        cpu_s, wall_s = spent(work, cpu, wall)
        found.append((cpu_s, wall_s, spent(reference, cpu, wall)[0]))
    return Cost(*np.median(found, axis=0).tolist())


def spent(work: Work, cpu: Clock, wall: Clock) -> tuple[float, float]:
    """Processor time and time of one run, seconds."""
    began, began_cpu = wall(), cpu()
    work()
    return cpu() - began_cpu, wall() - began


def matrix_product(side: int = SIDE) -> Work:
    """The product of two float32 matrices of this side in NumPy."""
    a, b = np.random.default_rng(0).standard_normal((2, side, side), np.float32)
    return lambda: a @ b


def flop_of_product(side: int) -> int:
    """Multiplications and additions of `matrix_product`."""
    return 2 * side**3


def blas_threads(count: int) -> AbstractContextManager[object]:
    """NumPy's matrix products on so many threads while the block lasts.

    Raises:
        MissingPackageError: threadpoolctl is not installed.
    """
    try:
        from threadpoolctl import threadpool_limits
    except ImportError as error:
        raise MissingPackageError("threadpoolctl") from error
    limits: AbstractContextManager[object] = threadpool_limits(limits=count, user_api="blas")
    return limits
