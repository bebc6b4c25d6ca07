"""The command line, ``vivavoz``: which command it is, and how a failure is told.

A command's module is imported when it is called, so ``vivavoz --help`` is quick and a server
loads nothing of training.

Errors:
    Every failure is one line on stderr; exit code 1, 2 for a mistake in the call, 130 for Ctrl-C.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Final, NamedTuple

from server.command import (
    FAILED,
    INTERRUPTED,
    USAGE,
    CommandError,
    command_parser,
    installed_version,
)


class Command(NamedTuple):
    """Where a command is, and what it does.

    Attributes:
        module: with a function ``main(argv) -> exit code``.
        summary: one line.
        extra: of the package, that it needs.
    """

    module: str
    summary: str
    extra: str | None = None


COMMANDS: Final = {
    "serve": Command("server.serve_command", "start the server and its page"),
    "listen": Command("server.listen_command", "label a file, a microphone or a pipe, live"),
    "classify": Command("server.classify_command", "label recordings, without a server"),
    "model": Command("server.model_command", "say which model answers, and how good it is"),
    "feedback": Command("server.feedback_command", "list, export or delete corrected recordings"),
    "doctor": Command("server.doctor_command", "check this installation, with a remedy for each"),
    "healthcheck": Command("server.healthcheck_command", "exit with 0 if a server is alive"),
    "train": Command("training.cli", "train, calibrate, measure and export a model", "train"),
    "bench": Command("bench.cli", "measure latency, capacity and accuracy", "bench"),
}
OURS: Final = ("annotation", "bench", "classifier", "client_python", "server", "training", "vad")

DESCRIPTION: Final = """\
Live speech emotion: microphone to label, on your own machine.

  vivavoz serve                      then open http://localhost:8080 and speak
  vivavoz listen recording.wav       watch a recording being labelled
  vivavoz classify *.wav --json      label files without a server

commands:
{commands}

`vivavoz COMMAND --help` says more of each.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that has no dash shows a '?'
    try:
        try:
            return _command(list(sys.argv[1:] if argv is None else argv))
        finally:
            sys.stdout.flush()
    except BrokenPipeError:  # whoever read our output (`| head`) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED


def _command(arguments: list[str]) -> int:
    if not arguments or arguments[0] not in COMMANDS:
        return _no_command(arguments)
    name, *rest = arguments
    try:
        return _run(COMMANDS[name], rest)
    except CommandError as error:
        print(f"vivavoz: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED


def _run(command: Command, arguments: list[str]) -> int:
    try:
        run = import_module(command.module).main
        return int(run(arguments))
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing in OURS or command.extra is None:
            raise
        raise CommandError(
            f"this needs {missing}, which is not installed: pip install 'vivavoz[{command.extra}]'"
        ) from None


def _no_command(arguments: list[str]) -> int:
    commands = "\n".join(f"  {name:<13}{command.summary}" for name, command in COMMANDS.items())
    parser = command_parser("", DESCRIPTION.format(commands=commands))
    parser.usage = "vivavoz [--version] COMMAND …"
    parser.add_argument("--version", action="version", version=f"vivavoz {_version()}")
    parser.add_argument("command", nargs="?", help=argparse.SUPPRESS)
    name = parser.parse_args(arguments).command  # --help and --version exit here
    if name is not None:
        parser.error(f"there is no command '{name}'")
    parser.print_help()
    return USAGE


def _version() -> str:
    return installed_version("vivavoz") or "(run from a folder, not installed)"


if __name__ == "__main__":
    sys.exit(main())
