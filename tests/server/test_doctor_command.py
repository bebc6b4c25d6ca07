from pathlib import Path

import pytest

from server.cli import main
from tests.server.command_line import serving


def test_a_whole_installation_with_a_server_is_well(
    tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(tiny_model) as address:
        assert main(["doctor", "--model", str(tiny_model), "--url", address]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert all(line.startswith("ok ") for line in lines)
    assert any(f"{address} open the microphone" in line for line in lines)
    assert any("tiny 1-test by onnxruntime: 3 s answered in " in line for line in lines)


def test_a_problem_is_the_exit_code_and_the_rest_is_looked_at_all_the_same(
    unused_tcp_port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", "--model", "/nowhere", "--port", str(unused_tcp_port)]) == 1
    out = capsys.readouterr().out
    assert "problem  model         /nowhere does not exist; name a model directory" in out
    assert "is free; no server runs: vivavoz serve starts one" in out
