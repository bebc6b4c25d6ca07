from __future__ import annotations

import os
import re
import subprocess

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


def test_the_commit_is_the_repositorys() -> None:
    known = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    told = conditions.commit()
    assert told.startswith(known) if known else told


def test_git_that_fails_is_not_a_commit(tmp_path: conditions.Path) -> None:
    assert conditions._git(tmp_path, "rev-parse", "HEAD") == ""
