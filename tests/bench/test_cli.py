from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bench.cli import main

COMMANDS = (
    *("vad", "noise", "session", "capacity", "overhead", "startup", "original", "engines"),
    *("peak", "page", "websocket", "fuzz", "faults", "cuts", "hostile"),
)


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([command, "--help"])
    assert stopped.value.code == 0
    assert "--json" in capsys.readouterr().out


def test_a_mistake_is_one_line_and_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["vad", str(tmp_path)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("vivavoz-bench: ")
    assert captured.err.count("\n") == 1


def test_the_product_reaches_it_too(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "server.cli", "bench", "vad", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "RTTM" in done.stderr


def test_its_help_loads_no_runtime() -> None:
    code = (
        "import sys, bench.cli\n"
        "heavy = {'torch', 'transformers', 'onnxruntime', 'psutil', 'threadpoolctl'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("package", "argv"),
    [("psutil", ["session", "--minutes", "0.01"]), ("threadpoolctl", ["engines"])],
)
def test_a_package_that_is_missing_is_named(
    package: str, argv: list[str], tiny_model: Path
) -> None:
    code = (
        f"import sys; sys.modules['{package}'] = None\n"
        f"from bench.cli import main; sys.exit(main({[*argv, '--model', str(tiny_model)]}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == (
        f"vivavoz-bench: {package} is not installed; pip install 'vivavoz[bench]'"
    )
