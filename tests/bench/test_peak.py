from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.cli import main
from bench.peak import Rate, products, turns


def test_the_median_beside_the_best_product() -> None:
    def nothing() -> None:
        pass

    slow, quick = (1, nothing), (10**9, nothing)
    work, best = turns(Rate("x", 100, 0.0), nothing, {"slow": slow, "quick": quick}, 3)
    assert work.flop == 100
    assert work.cpu_s > 0
    assert best.name == "quick"
    assert best.gflops > 0
    assert Rate("x", 10**9, 0.5).gflops == 2


def test_products_of_numpy_and_torch() -> None:
    with products(1) as found:
        names = {name.split()[0] for name in found}
        assert names == {"NumPy", "torch"}
        for name, (flop, _) in found.items():
            assert flop == 2 * int(name.split()[1]) ** 3


def test_the_share_of_a_model(
    tiny_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "report.json"
    argv = ["peak", "--model", str(tiny_model), "--runs", "1", "--json", str(out)]
    assert main(argv) == 0
    assert "- model: tiny " in capsys.readouterr().out
    (table,) = json.loads(out.read_text())["tables"]
    rows = {(row["runtime"], row["audio, s"]): row for row in table["rows"]}
    assert {("onnxruntime", 3.0), ("onnxruntime", 8.0), ("torch", 3.0)} <= rows.keys()
    for row in rows.values():
        assert 0 < row["share"] < 1.5
        assert row["share"] == pytest.approx(row["GFLOP a CPU second"] / row["peak"])
        rate = row["GFLOP"] / row["CPU p50, ms"] * 1000
        assert row["GFLOP a CPU second"] == pytest.approx(rate)


def test_runs_are_at_least_one(tiny_model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["peak", "--model", str(tiny_model), "--runs", "0"]) == 2
    assert "--runs" in capsys.readouterr().err
