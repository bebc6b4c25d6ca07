from __future__ import annotations

import json
import urllib.request
from pathlib import Path

import psutil
import pytest

from bench.errors import ServerError
from bench.prometheus import read_buckets
from bench.server_process import free_ports, read_model, serve
from bench.session import LAG


def test_a_server_that_is_ready_and_then_gone(tiny_model: Path) -> None:
    with serve(str(tiny_model)) as server:
        with urllib.request.urlopen(f"{server.url}/v1/model", timeout=5) as answer:
            assert json.load(answer)["name"] == "tiny"
        assert server.model.startswith("tiny ")
        assert "onnxruntime" in server.model
        assert server.ready_s
        assert 0 < server.ready_s < 60
        assert server.metrics_url
        assert read_buckets(server.metrics_url, LAG)
        assert server.pid
        assert psutil.pid_exists(server.pid)
    assert not psutil.pid_exists(server.pid)


def test_a_server_that_does_not_start_says_why(tmp_path: Path) -> None:
    with (
        pytest.raises(ServerError, match=r"the server ended: .*config\.json"),
        serve(str(tmp_path)),
    ):
        pass


def test_free_ports_differ() -> None:
    assert len(set(free_ports(5))) == 5


def test_a_server_that_does_not_say_its_model_is_an_error() -> None:
    with pytest.raises(ServerError, match="does not say which model"):
        read_model("http://127.0.0.1:1")
