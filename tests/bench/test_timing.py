from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import numpy as np

from bench.timing import blas_threads, flop_of_product, matrix_product, side_by_side


class Clock:
    """Goes on only when somebody works."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def worker(self, *durations: float) -> Callable[[], None]:
        left = list(durations)

        def work() -> None:
            self.now += left.pop(0)

        return work


def test_medians_of_turns_without_the_first_runs() -> None:
    clock = Clock()
    work = clock.worker(90, 90, 3, 1, 2)
    reference = clock.worker(80, 80, 10, 40, 20)
    assert side_by_side(work, reference, 3, clock, lambda: 7 * clock.now) == (2, 14, 20)


def test_the_reference_is_a_matrix_product() -> None:
    product = matrix_product(16)()
    assert isinstance(product, np.ndarray)
    assert product.shape == (16, 16)
    assert product.dtype == np.float32
    assert flop_of_product(16) == 8192


def test_numpy_takes_as_many_threads_as_it_may() -> None:
    code = (
        "import threadpoolctl, numpy\n"
        "from bench.timing import blas_threads\n"
        "seen = lambda: {one['num_threads'] for one in threadpoolctl.threadpool_info()}\n"
        "with blas_threads(1): print(seen())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "{1}"
    with blas_threads(1):
        pass
