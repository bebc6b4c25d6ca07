from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.cli import main
from bench.recordings import Pcm
from tests.bench.conftest import write

SHORT = ("--seconds", "4", "--ramp", "1", "--speech", "0.6", "--interim-ms", "500")


def test_the_curve_with_its_plot(
    tiny_model: Path, one_utterance: Pcm, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recording = write(tmp_path / "voice.wav", one_utterance)
    out, plots = tmp_path / "report.json", tmp_path / "plots"
    argv = ["capacity", str(recording), "--model", str(tiny_model), "--sessions", "1,3", *SHORT]
    argv += ["--late-ms", "5000", "--serve=--workers 1"]
    page = tmp_path / "docs" / "figures.md"
    argv += ["--json", str(out), "--plots", str(plots), "--figures", str(page)]
    assert main(argv) == 0
    assert "![The curve](../plots/capacity-tiny.png)" in page.read_text()
    text = capsys.readouterr().out
    assert "- model: tiny " in text
    assert "(onnxruntime)" in text
    assert "serve --workers 1" in text
    knee, labels, delivery, cost = (t["rows"] for t in json.loads(out.read_text())["tables"])
    assert knee[0]["holds"] == 3
    assert knee[0]["breaks"] is None
    assert [row["sessions"] for row in labels] == [1, 3]
    assert labels[1]["n"] > labels[0]["n"] > 0
    assert [row["lost"] for row in delivery] == [0, 0]
    assert all(row["server, cores"] > 0 for row in cost)
    assert [path.name for path in plots.iterdir()] == ["capacity-tiny.png"]
    assert (plots / "capacity-tiny.png").read_bytes().startswith(b"\x89PNG")


def test_a_promise_that_nobody_can_keep_is_broken(
    tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is no failure of the command: it says where it breaks."""
    argv = ["capacity", "--model", str(tiny_model), "--sessions", "2", *SHORT, "--late-ms", "-1000"]
    assert main(argv) == 0
    assert "| – | 2 | p95 " in capsys.readouterr().out  # noqa: RUF001 - the sign for nothing


def test_what_cannot_be_measured_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["capacity", "--model", str(tmp_path), "--sessions", "1"]) == 2
    assert "config.json" in capsys.readouterr().err.splitlines()[-1]
    with pytest.raises(SystemExit):
        main(["capacity", "--speech", "1.5"])
