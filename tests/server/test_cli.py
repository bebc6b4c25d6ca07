import os
import subprocess
import sys

import pytest

from server.cli import COMMANDS, main
from tests.server.command_line import ROOT, command, environment, run

HEAVY = ("torch", "transformers", "onnxruntime", "aiohttp", "pydantic", "websockets", "numpy")


def script(text: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", text],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
        env=environment(),
    )


def test_importing_the_command_line_imports_nothing_that_is_slow() -> None:
    text = f"import sys, server.cli; print([m for m in {HEAVY} if m in sys.modules])"
    assert script(text).stdout.strip() == "[]"


@pytest.mark.parametrize("name", ["serve", "listen", "classify", "model", "doctor"])
def test_the_help_of_no_command_imports_a_runtime(name: str) -> None:
    done = script(
        "import sys\nfrom server.cli import main\n"
        f"try: main([{name!r}, '--help'])\nexcept SystemExit as end: code = end.code\n"
        "print('MODULES', code, [m for m in ('torch', 'transformers', 'onnxruntime') "
        "if m in sys.modules])"
    )
    assert "MODULES 0 []" in done.stdout
    assert f"vivavoz {name} " in done.stdout.split("MODULES")[0].partition("\n")[2]  # an example


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--help"])
    assert end.value.code == 0
    text = capsys.readouterr().out
    assert all(f"  {name} " in text for name in COMMANDS)
    assert "http://localhost:8080" in text


def test_no_command_shows_the_help_and_is_a_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "commands:" in capsys.readouterr().out


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--version"])
    assert end.value.code == 0
    assert capsys.readouterr().out.startswith("vivavoz ")


@pytest.mark.parametrize(
    "arguments",
    [
        ["fly"],
        ["--fly"],
        ["listen"],
        ["listen", "a.wav", "--mic"],
        ["listen", "-", "--rate", "11025"],
        ["listen", "a.wav", "--interim-ms", "99999"],
        ["classify"],
        ["serve", "--prot", "80"],
        ["serve", "--port", "99999"],
        ["healthcheck", "--url", "nonsense"],
    ],
)
def test_a_mistake_in_the_call_is_one_line_and_exit_code_2(arguments: list[str]) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("vivavoz: ")
    assert done.stderr.count("\n") == 1


def test_a_missing_extra_is_named_with_its_remedy() -> None:
    done = script(
        "import sys; sys.modules['numpy'] = None\n"
        "from server.cli import main; sys.exit(main(['bench', '--help']))"
    )
    assert done.returncode == 1
    assert done.stderr == (
        "vivavoz: this needs numpy, which is not installed: pip install 'vivavoz[bench]'\n"
    )


def test_a_module_of_our_own_that_is_missing_is_no_missing_extra() -> None:
    done = script(
        "import sys; sys.modules['training.cli'] = None\n"
        "from server.cli import main; sys.exit(main(['train', '--help']))"
    )
    assert "ModuleNotFoundError" in done.stderr


@pytest.mark.parametrize("name", ["train", "bench"])
def test_the_other_command_lines_are_reached(name: str) -> None:
    done = run(name, "--help")
    assert done.returncode == 0
    assert "COMMAND" in done.stdout


@pytest.mark.parametrize("arguments", [["--help"], ["serve", "--help"], []])
def test_whoever_reads_no_further_gets_no_traceback(arguments: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        command(*arguments), stdout=writing, stderr=subprocess.PIPE, cwd=ROOT, timeout=60
    )
    os.close(writing)
    assert done.stderr == b""


def test_a_terminal_without_a_dash_still_gets_its_lines() -> None:
    done = run("--help", env=environment(PYTHONIOENCODING="ascii"))
    assert done.returncode == 0
    assert "COMMAND ?" in done.stdout
