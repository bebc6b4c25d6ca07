from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bench import conditions
from bench.conditions import Conditions


def test_this_machine() -> None:
    here = Conditions.here("tiny 1")
    assert here.cpu
    assert 1 <= here.cores <= (os.cpu_count() or 1)
    assert here.model == "tiny 1"
    assert here.with_model("other 2").model == "other 2"
    assert here.with_model("other 2").cpu == here.cpu
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", here.date)


def test_a_commit_with_changes_is_marked(tmp_path: Path) -> None:
    """An own repository with a copy of the file that looks for it."""
    copy = tmp_path / "bench" / "conditions.py"
    copy.parent.mkdir()
    shutil.copy(conditions.__file__, copy)
    (copy.parent / "__init__.py").touch()  # a folder without one yields to an installed package

    def git(*arguments: str) -> str:
        me = ("-c", "user.name=x", "-c", "user.email=x@example.org")
        command = ["git", "-C", str(tmp_path), *me, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    def told() -> str:
        code = "from bench.conditions import commit; print(commit())"
        return subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
        ).stdout.strip()

    before = told()
    assert before == "unknown" or before.startswith("version ")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "figures.md").write_text("old")
    (tmp_path / ".gitignore").write_text("__pycache__\n")
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "x")
    head = git("rev-parse", "--short", "HEAD")
    assert told() == head
    (tmp_path / "docs" / "figures.md").write_text("new")
    assert told() == head  # what was measured stands there
    copy.write_text(copy.read_text() + "\n")
    assert told() == f"{head} with uncommitted changes"


def test_a_processor_without_a_file_is_named_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = tmp_path / "cpuinfo"
    info.write_text("processor : 0\nmodel name : A CPU: 3 GHz\n")
    monkeypatch.setattr(conditions, "CPU_INFO", info)
    assert conditions.cpu_name() == "A CPU: 3 GHz"
    info.write_text("Hardware : none\n")  # as on ARM
    assert conditions.cpu_name()
    monkeypatch.setattr(conditions, "CPU_INFO", tmp_path / "none")
    assert conditions.cpu_name()
