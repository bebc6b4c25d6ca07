"""The benchmark of page and file, whole: its own server, its own browser."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser.conftest import ROOT, write_wav
from tests.voice import talk

pytestmark = pytest.mark.browser


def test_the_benchmark_holds_what_the_page_hears_against_the_file(tmp_path: Path) -> None:
    recording = write_wav(tmp_path / "talk.wav", talk(silence=0, voice=1.6, pause=0.9, times=3))
    flags = ["--rate", "48000", "--json", tmp_path / "page.json", recording]
    done = subprocess.run(
        [sys.executable, "-m", "server.cli", "bench", "page", *flags],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    # 1: a busy machine gives its browser silence now and then, and the report says so. That the
    # page hears its microphone is in test_live.py.
    assert done.returncode in (0, 1), done.stdout + done.stderr
    assert "## Page beside file" in done.stdout
    report = json.loads((tmp_path / "page.json").read_text())
    figures = {row["figure"]: row["value"] for row in report["tables"][0]["rows"]}
    assert figures["segments in the file"] == 3
    assert figures["segments on the page"] >= 3
    assert report["details"]["pairs"]
    for pair in report["details"]["pairs"]:
        assert sum(pair["page"]["scores"].values()) == pytest.approx(1, abs=1e-3)
