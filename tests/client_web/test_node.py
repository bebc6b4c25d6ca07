"""Runs the page's own tests with node's test runner."""

import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "client_web"
NODE = shutil.which("node")


@pytest.mark.skipif(NODE is None, reason="node is not installed")
@pytest.mark.parametrize("name", sorted(path.name for path in HERE.glob("*.test.mjs")))
def test_in_node(name: str, tmp_path: Path) -> None:
    # Beside a package.json that says so, every node takes .js for modules, as a browser does.
    (tmp_path / "package.json").write_text('{"type": "module"}')
    shutil.copytree(PAGE, tmp_path / "client_web", ignore=shutil.ignore_patterns("__pycache__"))
    test = tmp_path / "tests" / "client_web" / name
    test.parent.mkdir(parents=True)
    shutil.copy(HERE / name, test)
    run = subprocess.run(
        [str(NODE), "--test", str(test)], capture_output=True, text=True, timeout=60
    )
    assert run.returncode == 0, run.stdout + run.stderr
