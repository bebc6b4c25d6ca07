"""A histogram of the server's metrics between two moments."""

from __future__ import annotations

import math
import urllib.request
from http.client import HTTPException
from typing import TypeAlias

from prometheus_client.parser import text_string_to_metric_families

from bench.errors import ServerError

Buckets: TypeAlias = dict[float, float]
"""How many values were seen that are at most this: counted from the start of the process."""

TIMEOUT_S = 10.0


def read_buckets(url: str, name: str) -> Buckets:
    """A histogram of an exposition; its labels, if it has any, are added up.

    Args:
        url: of the exposition.
        name: of the histogram, without ``_bucket``.

    Raises:
        ServerError: nothing answers there, or it has no such histogram.
    """
    buckets = parse_buckets(_read(url), name)
    if not buckets:
        raise ServerError(f"{url} has no histogram {name}; is it the address of /metrics?")
    return buckets


def read_value(url: str, name: str) -> float:
    """A counter or a gauge of an exposition; its labels, if it has any, are added up.

    Raises:
        ServerError: nothing answers there.
    """
    families = text_string_to_metric_families(_read(url))
    return sum(s.value for family in families for s in family.samples if s.name == name)


def _read(url: str) -> str:
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_S) as answer:
            text: str = answer.read().decode()
    except (OSError, HTTPException, ValueError) as error:
        raise ServerError(f"no metrics at {url}: {error}") from error
    return text


def parse_buckets(text: str, name: str) -> Buckets:
    """The histogram of this name in the Prometheus text format; empty if there is none."""
    buckets: Buckets = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name == f"{name}_bucket":
                bound = float(sample.labels["le"])
                buckets[bound] = buckets.get(bound, 0.0) + sample.value
    return buckets


def since(before: Buckets, after: Buckets) -> Buckets:
    """What was seen between two readings."""
    return {bound: count - before.get(bound, 0.0) for bound, count in after.items()}


def at_most(buckets: Buckets, share: float) -> float | None:
    """The least bound that at least this share of the values does not exceed.

    Returns:
        The bound, infinity if only the last bucket holds so many, None if nothing was seen.

    Examples:
        >>> at_most({0.01: 90, 0.02: 99, math.inf: 100}, 0.99)
        0.02
    """
    total = buckets.get(math.inf, 0.0)
    if not total:
        return None
    return next(bound for bound in sorted(buckets) if buckets[bound] >= share * total)
