"""The page through cuts of its network at any moment: the benchmark, short."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser.conftest import ROOT

pytestmark = pytest.mark.browser


def test_cuts_at_any_moment_change_nothing(tmp_path: Path) -> None:
    flags = ["--minutes", "0.4", "--cuts", "6", "--out-s", "1", "--json", tmp_path / "cuts.json"]
    done = subprocess.run(
        [sys.executable, "-m", "server.cli", "bench", "cuts", *flags],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((tmp_path / "cuts.json").read_text())
    rows = {row["figure"]: (row["uncut"], row["cut"]) for row in report["tables"][0]["rows"]}
    assert rows["cuts of the network"] == (0, 6)
    assert rows["connections"][0] == 1
    assert rows["connections"][1] >= 7
    assert rows["segments on the page"][1] >= 3
    assert rows["lost"] == rows["in the page alone"] == rows["answered twice"] == (0, 0)
    assert rows["gaps on the page"] == (0, 0)
    assert max(rows["largest shift of a boundary, ms"]) <= 100
