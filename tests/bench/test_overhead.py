from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.cli import main


def test_the_stub_under_load_and_silence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "report.json"
    argv = ["overhead", "--sessions", "2", "--seconds", "3", "--ramp", "0.5", "--silent", "4"]
    assert main([*argv, "--late-ms", "5000", "--json", str(out)]) == 0
    assert "- model: stub 1 (onnxruntime)" in capsys.readouterr().out
    tables = {table["title"]: table["rows"] for table in json.loads(out.read_text())["tables"]}
    (knee,) = tables["How many sessions it bears"]
    assert knee["promise"].startswith("added p95")
    assert knee["holds"] == 2
    silent = tables["Sessions in which nobody speaks"]
    assert [row["what is sent"] for row in silent] == ["digital silence", "faint noise"]
