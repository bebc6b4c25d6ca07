"""What every command of the command line shares."""

from __future__ import annotations

import argparse
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NoReturn

FAILED = 1
USAGE = 2
INTERRUPTED = 130

MAX_FILE_MS = 60 * 60 * 1000
"""The longest recording that a command reads: as long as a session may be."""


class CommandError(Exception):
    """A command cannot do what it was asked to; the message says what to do about it.

    Attributes:
        exit_code: of the process.
    """

    def __init__(self, message: str, exit_code: int = FAILED) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class CommandParser(argparse.ArgumentParser):
    """A parser that tells a mistake in one line, as every other failure is told."""

    def error(self, message: str) -> NoReturn:
        """Leave with the exit code of a mistake in the call."""
        self.exit(USAGE, f"vivavoz: {message}; see `{self.prog} --help`\n")


def command_parser(name: str, description: str) -> CommandParser:
    """A parser whose description, examples in it, is printed as it stands."""
    return CommandParser(
        prog=f"vivavoz {name}".rstrip(),
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,  # a flag that is added later must not change what a script means
    )


def file_mistake(path: Path, error: Exception) -> str:
    """What is wrong with a file that was given."""
    what = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return f"{path}: {what[:1].lower()}{what[1:]}"


def installed_version(package: str) -> str | None:
    """The version of an installed distribution, or None; nothing of it is imported."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None
