"""The server as its image runs it: user 10001, a root that is read-only, no rights, no network.

The image itself is tried by ``make image-steps``; here this machine's root stands in its place.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docker.files import DOCKER, ROOT, load

try_steps = load("try_steps")

WORKS = (
    bool(shutil.which("bwrap"))
    and not subprocess.run(
        ["bwrap", "--ro-bind", "/", "/", "--unshare-all", "--uid", "10001", "true"],
        capture_output=True,
    ).returncode
)


def last_stage() -> object:
    text = (DOCKER / "Dockerfile").read_text(encoding="utf-8")
    return try_steps.read_stages(text, {})[-1]


@pytest.mark.skipif(not WORKS, reason="bubblewrap is not installed, or may do nothing here")
def test_it_serves_with_next_to_no_rights(tmp_path: Path) -> None:
    stage = last_stage()
    commands = [
        one.replace('"vivavoz"', f'"{sys.executable}", "-m", "server.cli"')
        for one in try_steps.visiting(stage, sys.executable)
    ]
    command = try_steps.confined(Path("/"), stage, commands)
    at = command.index("--chdir")
    seen = [word for path in (sys.prefix, str(ROOT)) for word in ("--ro-bind", path, path)]
    here = [*seen, "--setenv", "PYTHONPATH", str(ROOT)]  # also where they lie in /tmp
    done = subprocess.run(
        [*command[:at], *here, *command[at:]], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    said = done.stdout.splitlines()
    assert said[0] == "user 10001:10001, capabilities 0000000000000000, no new privileges 1"
    assert said[1].startswith("without a token: exit code 1")
    assert any(line.startswith("GET / -> ") for line in said)
    assert any("(onnxruntime" in line for line in said)


def test_a_run_keeps_to_its_root(tmp_path: Path) -> None:
    command = [str(word) for word in try_steps.building(tmp_path, "/source", {"A": "1"}, "true")]
    assert command[:4] == ["bwrap", "--bind", str(tmp_path), "/"]
    bound = [command[i + 1] for i, word in enumerate(command) if word == "--bind"]
    assert bound == [str(tmp_path)], "all else is read-only"
    assert command[-3:] == ["/bin/sh", "-c", "true"]


def test_the_base_is_no_python_of_the_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "base_prefix", "/usr")
    with pytest.raises(try_steps.DockerfileError, match="not the system's"):
        try_steps.make_base(tmp_path)
