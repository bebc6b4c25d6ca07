from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.cli import main
from bench.engines import SECONDS, open_all, side_by_side


class Clock:
    """Goes on only when somebody works."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def worker(self, *durations: float) -> Callable[[], None]:
        left = list(durations)

        def work() -> None:
            self.now += left.pop(0)

        return work


def test_medians_of_turns_without_the_first_runs() -> None:
    clock = Clock()
    work = clock.worker(90, 90, 3, 1, 2)
    reference = clock.worker(80, 80, 10, 40, 20)
    assert side_by_side(work, reference, 3, clock) == (2, 20)


def test_each_runtime_at_each_length(
    tiny_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "report.json"
    argv = ["engines", "--model", str(tiny_model), "--runs", "2", "--json", str(out)]
    assert main(argv) == 0
    text = capsys.readouterr().out
    assert "512 by 512 float32 matrices" in text
    (table,) = json.loads(out.read_text())["tables"]
    rows = table["rows"]
    assert [(row["runtime"], row["audio, s"]) for row in rows] == [
        (runtime, seconds) for runtime in ("onnxruntime", "torch") for seconds in SECONDS
    ]
    for row in rows:
        assert row["CPU p50, ms"] > 0
        ratio = row["CPU p50, ms"] / row["reference p50, ms"]
        assert row["CPU, in references"] == pytest.approx(ratio)
        per_second = row["CPU p50, ms"] / row["audio, s"]
        assert row["CPU a second of audio, ms"] == pytest.approx(per_second)
    assert rows[3]["CPU p50, ms"] > rows[0]["CPU p50, ms"]  # 8 s against half a second


def test_a_runtime_that_the_model_has_no_weights_for(tiny_model: Path, tmp_path: Path) -> None:
    folder = tmp_path / "graphless"
    shutil.copytree(tiny_model, folder)
    (folder / "model.onnx").unlink()
    opened, missing = open_all(str(folder))
    assert [one.runtime for one in opened] == ["torch"]
    assert "onnxruntime" in missing[0]


def test_what_cannot_be_measured_is_one_line(
    tmp_path: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["engines", "--model", str(tmp_path)]) == 2
    assert main(["engines", "--model", str(tiny_model), "--runs", "0"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert "config.json" in lines[0]
    assert "--runs" in lines[1]
