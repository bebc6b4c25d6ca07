from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.exposition import generate_latest

from bench.errors import ServerError
from bench.prometheus import at_most, parse_buckets, read_buckets, since


def exposition(*lags: float) -> bytes:
    registry = CollectorRegistry()
    histogram = Histogram("lag_seconds", "x", ["loop"], buckets=(0.01, 0.02), registry=registry)
    for i, lag in enumerate(lags):
        histogram.labels(str(i % 2)).observe(lag)
    return generate_latest(registry)


@pytest.fixture
def url() -> Iterator[str]:
    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(exposition(0.001, 0.015, 5.0))

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/metrics"
        server.shutdown()
        thread.join()


def test_labels_are_added_up() -> None:
    buckets = parse_buckets(exposition(0.001, 0.002, 0.015, 5.0).decode(), "lag_seconds")
    assert buckets == {0.01: 2, 0.02: 3, math.inf: 4}


def test_it_is_read_from_a_server(url: str) -> None:
    assert read_buckets(url, "lag_seconds") == {0.01: 1, 0.02: 2, math.inf: 3}
    with pytest.raises(ServerError, match="no histogram other"):
        read_buckets(url, "other")


def test_what_does_not_answer_is_said() -> None:
    with pytest.raises(ServerError, match="no metrics at"):
        read_buckets("http://127.0.0.1:1/metrics", "lag_seconds")


def test_between_two_readings() -> None:
    before, after = {0.01: 5.0, math.inf: 6.0}, {0.01: 7.0, math.inf: 9.0}
    assert since(before, after) == {0.01: 2.0, math.inf: 3.0}


def test_a_percentile_is_the_bound_that_holds_it() -> None:
    buckets = {0.01: 50.0, 0.02: 98.0, math.inf: 100.0}
    assert [at_most(buckets, share) for share in (0.5, 0.51, 0.99)] == [0.01, 0.02, math.inf]
    assert at_most({0.01: 0.0, math.inf: 0.0}, 0.5) is None
    assert at_most({}, 0.5) is None
