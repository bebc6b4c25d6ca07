from pathlib import Path

import pytest

from classifier import ModelStore
from server.cli import main
from tests.server import stores


@pytest.fixture
def models(tiny_model: Path, tmp_path: Path) -> list[str]:
    return [str(stores.variant(tiny_model, tmp_path / v, v)) for v in ("1", "2")]


def test_install_list_and_roll_back(
    models: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    at = ("--model", str(tmp_path / "store"))
    for model in models:
        assert main(["model", "install", model, *at]) == 0
    assert capsys.readouterr().out.startswith("1 serves")
    assert main(["model", "versions", *at]) == 0
    listed = [line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines()]
    assert listed == [["1", "served before"], ["2", "serves"]]
    assert main(["model", "rollback", *at]) == 0
    assert capsys.readouterr().out.startswith("1 serves")
    assert ModelStore(tmp_path / "store").pointer().current == "1"
    assert main(["model", *at]) == 0
    assert "version      1\n" in capsys.readouterr().out, "a store is described as what it serves"


def test_what_cannot_be_done_is_one_line(
    models: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    at = ("--model", str(tmp_path / "store"))
    assert main(["model", "rollback", *at]) == 1
    assert "is no model store" in capsys.readouterr().err
    assert main(["model", "install", str(tmp_path / "nowhere"), *at]) == 1
    assert main(["model", "install", models[0], *at]) == 0
    capsys.readouterr()
    assert main(["model", "rollback", *at]) == 1
    error = capsys.readouterr().err
    assert "nothing served" in error
    assert error.count("\n") == 1
