"""What a report says of many durations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from bench.report import Column


class Distribution(NamedTuple):
    """Count, percentiles and the worst; None where there is nothing.

    A percentile is a value that occurred, the least that this share of them does not exceed, so
    of few values a high one is the worst.
    """

    n: int
    p50: float | None
    p95: float | None
    p99: float | None
    max: float | None


COLUMNS = (
    Column("n"),
    Column("p50", ".0f"),
    Column("p95", ".0f"),
    Column("p99", ".0f"),
    Column("max", ".0f"),
)
"""Of a table with a `Distribution` in each row."""


def distribution(values: Sequence[float]) -> Distribution:
    """The distribution of any number of values.

    Examples:
        >>> distribution([30.0, 10.0, 20.0, 40.0])
        Distribution(n=4, p50=20.0, p95=40.0, p99=40.0, max=40.0)
    """
    if not values:
        return Distribution(0, None, None, None, None)
    shares = np.percentile(values, (50, 95, 99, 100), method="inverted_cdf")
    return Distribution(len(values), *shares.tolist())
