import json
import shutil
from pathlib import Path

import pytest

from server.cli import main
from server.model_command import read_figures

FIGURES = {"segments": 80, "accuracy": 0.5, "uar": 0.421, "chance_uar": 1 / 6, "macro_f1": 0.4}


def test_it_says_who_answers(tiny_model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["model", "--model", str(tiny_model)]) == 0
    lines = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert (lines["name"], lines["version"]) == ("tiny", "1-test")
    assert lines["runtime"].startswith("onnxruntime fp32 (")
    assert "OpenVINO bf16 gains little below" in lines["runtime"]
    assert lines["labels"] == "angry, disgust, fearful, happy, neutral, sad and no_speech"
    assert "least_snr_db -100" in lines["calibration"]
    assert Path(lines["folder"]) == tiny_model.resolve()
    assert lines["size"].endswith(" MB")


def test_json(tiny_model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["model", "--model", str(tiny_model), "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert summary["knows_no_speech"] is True
    assert (summary["runtime"], summary["precision"]) == ("onnxruntime", "fp32")
    assert "no graph in 8 bits" in summary["reason"]
    assert summary["size_bytes"] == sum(path.stat().st_size for path in tiny_model.iterdir())
    assert "no_speech" not in summary["labels"]


def test_figures_are_those_of_the_report(
    tiny_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "model"
    shutil.copytree(tiny_model, model)
    splits = {"test": {"speech": {"pooled": FIGURES}, "clips": 3}}
    (model / "report.json").write_text(json.dumps({"name": "tiny", "splits": splits}))
    assert main(["model", "--model", str(model)]) == 0
    assert (
        "measured     test: 42.1 % recall, averaged over the emotions (guessing: 16.7 %); "
        "50.0 % of 80 segments right"
    ) in capsys.readouterr().out


def test_a_report_that_is_missing_or_broken_is_no_failure(tmp_path: Path) -> None:
    assert read_figures(tmp_path) == ()
    (tmp_path / "report.json").write_text("{")
    assert "not understood" in read_figures(tmp_path)[0]


def test_a_missing_model_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["model", "--model", "/nowhere"]) == 1
    err = capsys.readouterr().err
    assert err.startswith("vivavoz: /nowhere does not exist")
    assert err.count("\n") == 1
