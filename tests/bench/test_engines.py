from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from bench.cli import main
from bench.engines import SECONDS
from bench.recordings import Pcm
from tests.bench.conftest import write


def test_each_engine_at_each_length_and_what_it_answers(
    tiny_model: Path, one_utterance: Pcm, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recording = write(tmp_path / "voice.wav", one_utterance)
    with (tmp_path / "speech.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("path", "emotion", "split"), ("voice.wav", "sad", "test")])
    out = tmp_path / "report.json"
    argv = ["engines", str(recording), "--model", str(tiny_model), "--runs", "2"]
    argv += ["--speech", str(tmp_path / "speech.csv"), "--split", "test", "--json", str(out)]
    assert main(argv) == 0
    text = capsys.readouterr().out
    assert "512 by 512 float32 matrices" in text
    assert "Not measured: onnxruntime int8" in text  # the model has no such graph
    costs, agreement = (table["rows"] for table in json.loads(out.read_text())["tables"])
    measured = [(row["runtime"], row["precision"], row["audio, s"]) for row in costs]
    assert measured[: len(SECONDS)] == [("onnxruntime", "fp32", seconds) for seconds in SECONDS]
    assert ("torch", "fp32", 8.0) in measured
    for row in costs:
        assert row["CPU p50, ms"] > 0
        assert row["time p50, ms"] > 0
        ratio = row["CPU p50, ms"] / row["reference p50, ms"]
        assert row["CPU, in references"] == pytest.approx(ratio)
        per_second = row["CPU p50, ms"] / row["audio, s"]
        assert row["CPU a second of audio, ms"] == pytest.approx(per_second)
    assert costs[3]["CPU p50, ms"] > costs[0]["CPU p50, ms"]  # 8 s against half a second
    for row in agreement:
        assert row["segments"] == 2
        if row["precision"] == "fp32":
            assert row["same emotion as fp32"] == 1
            assert row["largest difference of a probability"] < 1e-4
            assert row["accuracy"] in (0, 1)


def test_what_cannot_be_measured_is_one_line(
    tmp_path: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["engines", "--model", str(tmp_path)]) == 2
    assert main(["engines", "--model", str(tiny_model), "--runs", "0"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert "config.json" in lines[0]
    assert "--runs" in lines[1]
