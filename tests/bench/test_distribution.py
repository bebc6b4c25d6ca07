from __future__ import annotations

from bench.distribution import Distribution, distribution


def test_a_percentile_is_a_value_that_occurred() -> None:
    values = [float(value) for value in range(1000, 0, -1)]
    assert distribution(values) == Distribution(1000, 500.0, 950.0, 990.0, 1000.0)


def test_of_few_values_the_high_percentiles_are_the_worst() -> None:
    assert distribution([1.0, 2.0, 300.0]) == Distribution(3, 2.0, 300.0, 300.0, 300.0)


def test_nothing_has_no_percentiles() -> None:
    assert distribution([]) == Distribution(0, None, None, None, None)
