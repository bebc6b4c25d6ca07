"""The Dockerfile says what it should; and what reads it where there is no Docker reads it right."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from server.cli import COMMANDS
from tests.docker.files import DOCKER, ROOT, load

dockerfile = load("dockerfile")
TEXT = (DOCKER / "Dockerfile").read_text(encoding="utf-8")
IGNORED = dockerfile.read_ignored(ROOT)


def stages(**arguments: str) -> Any:
    return dockerfile.read_stages(TEXT, arguments)


def of(stage: Any, name: str) -> list[str]:
    return [one.rest for one in stage.instructions if one.name == name]


def test_the_base_is_pinned_to_a_patch_and_slim() -> None:
    bases = {stage.base for stage in stages()}
    assert len(bases) == 1
    assert re.fullmatch(r"python:3\.1[1-9]\.\d+-slim-[a-z]+", bases.pop())


def test_the_base_fits_what_the_steps_are_tried_on() -> None:
    tried = (DOCKER / "try_steps.py").read_text(encoding="utf-8")
    release = re.search(r'RELEASE: Final = "(\w+)"', tried)
    assert release
    assert stages()[0].base.endswith(f"slim-{release[1]}")


def test_all_that_is_copied_is_there() -> None:
    for stage in stages():
        for rest in of(stage, "COPY"):
            if not rest.startswith("--from="):
                for source in rest.split()[:-1]:
                    assert dockerfile.find_sources(ROOT, source, IGNORED)


def test_the_wheel_is_built_of_all_its_packages() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    copied = {word for rest in of(stages()[0], "COPY") for word in rest.split()[:-1]}
    assert copied >= set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])
    assert project["project"]["readme"] in copied
    assert project["project"]["license-files"][0] in copied


def test_only_wheels_with_hashes_are_installed() -> None:
    runs = of(stages()[0], "RUN")
    installs = [run for run in runs if " install " in run]
    assert len(installs) == 3
    for run in installs:
        if "--no-index" in run:  # ours, which was just built
            assert "--no-deps" in run
        else:
            assert "--require-hashes" in run
            assert "--only-binary :all:" in run
            assert re.search(r"--requirement locks/requirements[a-z-]*\.lock", run)
    assert not re.search(r"curl|wget|apt|http", " ".join(runs))


@pytest.mark.parametrize("name", ["requirements", "requirements-torch", "requirements-build"])
def test_each_lock_has_versions_and_hashes(name: str) -> None:
    text = (DOCKER / f"{name}.lock").read_text(encoding="utf-8")
    blocks = re.split(r"(?m)^(?=[A-Za-z0-9])", text)[1:]
    assert len(blocks) >= 5
    for block in blocks:
        assert re.match(r"[A-Za-z0-9._-]+==\S+", block), block.splitlines()[0]
        assert "--hash=sha256:" in block


def test_the_variant_for_gpus_has_all_of_serving_and_torch() -> None:
    def pins(name: str) -> set[str]:
        text = (DOCKER / name).read_text(encoding="utf-8")
        return set(re.findall(r"(?m)^([a-z0-9-]+)==", text))

    serving, torch = pins("requirements.lock"), pins("requirements-torch.lock")
    assert serving <= torch
    assert {"torch", "transformers", "safetensors"} <= torch - serving
    assert "requirements-torch.lock" in of(stages(LOCK="requirements-torch.lock")[0], "RUN")[1]


def test_the_last_stage_runs_nothing_and_takes_one_folder() -> None:
    last = stages()[-1]
    assert of(last, "RUN") == []
    assert of(last, "COPY") == ["--from=build /opt/vivavoz /opt/vivavoz"]
    assert last.last("USER") == "10001:10001"
    names = [one.name for one in last.instructions]
    assert names.index("USER") > names.index("COPY")


def test_its_commands_are_commands() -> None:
    last = stages()[-1]
    assert json.loads(last.last("ENTRYPOINT")) == ["vivavoz"]
    (serve,) = json.loads(last.last("CMD"))
    program, check, flag, port = json.loads(last.last("HEALTHCHECK").partition("CMD ")[2])
    assert program == "vivavoz"
    assert {serve, check} <= COMMANDS.keys()
    assert port == last.last("EXPOSE")
    done = subprocess.run(
        [sys.executable, "-m", "server.cli", check, flag, "1"],  # nobody listens there
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert "does not answer" in done.stderr


def test_secrets_history_and_recordings_stay_out_of_the_context() -> None:
    sources = {
        str(path.relative_to(ROOT))
        for rest in of(stages()[0], "COPY")
        for source in rest.split()[:-1]
        for path in dockerfile.find_sources(ROOT, source, IGNORED)
    }
    assert "server/app.py" in sources
    assert "models/default/model.onnx" in sources
    tops = {source.split("/")[0] for source in sources}
    assert not tops & {".git", "runs", "artifacts", "shared", "tests"}
    assert not [name for name in sources if name.endswith(".pyc") or "secrets" in name]
    for secret in ("docker/secrets/token", ".env", ".git/config", "server/__pycache__/app.pyc"):
        assert dockerfile.is_ignored(Path(secret), IGNORED), secret


def test_what_is_not_known_is_said() -> None:
    with pytest.raises(dockerfile.DockerfileError, match="'ADD'"):
        dockerfile.read_stages("FROM python:3\nADD https://example.org/x /x\n", {})
    with pytest.raises(dockerfile.DockerfileError, match="WHEEL"):
        stages(WHEEL="1")
    with pytest.raises(dockerfile.DockerfileError, match="no such file"):
        dockerfile.find_sources(ROOT, "tests", IGNORED)


def test_lines_that_go_on_are_one_and_arguments_take_their_places() -> None:
    text = "ARG A=1\nFROM x:${A} AS one\n# no\nRUN a \\\n    b ${A} ${B}\n"
    (stage,) = dockerfile.read_stages(text, {"A": "2"})
    assert (stage.base, stage.name) == ("x:2", "one")
    assert [one.rest for one in stage.instructions] == ["a b 2 ${B}"]
