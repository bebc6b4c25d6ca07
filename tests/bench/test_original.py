from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import psutil
import pytest

from bench.cli import main
from bench.errors import RecordingError, ServerError
from bench.original import Stack, choose, read_ours, read_theirs, tabulate
from bench.original_stack import original_stack
from bench.recordings import RATE
from bench.uploads import Pass
from tests.bench.conftest import write


def test_both_stacks_with_the_same_model(
    tiny_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, before = tmp_path / "report.json", set(psutil.Process().children())
    argv = ["original", "--models", str(tiny_model), "--workers", "1", "--segments", "2"]
    assert main([*argv, "--engines", "auto:auto,nonsense:fp32", "--json", str(out)]) == 0
    assert "Not measured: nonsense:fp32" in capsys.readouterr().out
    (table,) = json.loads(out.read_text())["tables"]
    theirs, ours = table["rows"]
    assert theirs["server"] == "Flask, gunicorn -w 1, pipeline: tiny"
    assert ours["server"].startswith("vivavoz serve, auto:auto: tiny ")
    for row in (theirs, ours):
        assert row["CPU a minute of speech, s"] > 0
        assert row["p95, ms"] > 0
        assert row["same emotion as theirs"] == 1  # the same weights say the same
        assert row["ready after, s"] > 0
    ratio = theirs["CPU a minute of speech, s"] / ours["CPU a minute of speech, s"]
    assert ours["times less"] == pytest.approx(ratio)
    assert theirs["memory, MiB"] > ours["memory, MiB"] > 10
    assert set(psutil.Process().children()) <= before


def test_ratios() -> None:
    theirs = Stack("a", 9.0, Pass([80.0], ["sad"], 1, 4.0, 0, 60), Pass([], [], 30, 0, 900, 60))
    ours = Stack("b", 1.0, Pass([20.0], ["sad"], 1, 2.0, 0, 60), Pass([], [], 6, 0, 90, 60))
    rows = tabulate("x", theirs, [ours], 3, ["Not measured: c."]).rows
    assert rows[0] == ("a", 4, 1, 80, 80, 1, 2, 1, 900, 1, 1, 9)
    assert rows[1] == ("b", 2, 2, 20, 20, 4, 10, 5, 90, 10, 1, 1)


def test_answers_are_read_without_no_speech() -> None:
    theirs = [{"label": "no_speech", "score": 0.9}, {"label": "sad", "score": 0.1}]
    assert read_theirs(theirs) == "sad"
    assert read_theirs([]) is None
    segment = {"label": None, "scores": {"happy": 0.2, "sad": 0.8}}
    assert read_ours({"utterances": [{"segments": [segment]}]}) == "sad"
    assert read_ours({"utterances": []}) is None


def test_segments_are_those_that_are_cut_the_same_once_more(tmp_path: Path) -> None:
    assert len(choose([], 3)) == 3
    assert len(choose([], 1000)) > 10
    silence = write(tmp_path / "silence.wav", np.zeros(RATE, "<i2"))
    with pytest.raises(RecordingError):
        choose([silence], 3)


def test_a_stack_that_does_not_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with (
        pytest.raises(ServerError, match="the original stack does not start"),
        original_stack(tmp_path, 1),
    ):
        pass


def test_what_makes_no_sense_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["original", "--workers", "0"]) == 2
    assert "--workers" in capsys.readouterr().err
