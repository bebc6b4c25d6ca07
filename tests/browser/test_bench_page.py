"""The benchmark of page and file, whole: its own server, its own browser."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser.conftest import ROOT

pytestmark = pytest.mark.browser


def test_the_benchmark_hears_a_voice_on_the_page_where_it_is_in_the_file(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "server.cli", "bench", "page", "--json", tmp_path / "page.json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "## Page beside file" in done.stdout
    report = json.loads((tmp_path / "page.json").read_text())
    figures = {row["figure"]: row["value"] for row in report["tables"][0]["rows"]}
    assert figures["segments in the file"] == figures["segments on the page"] >= 3
    assert figures["scores apart, at most"] < 0.5
    for pair in report["details"]["pairs"]:
        assert sum(pair["page"]["scores"].values()) == pytest.approx(1, abs=1e-3)
