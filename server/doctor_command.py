"""``vivavoz doctor``: whether this installation works, and what to do where it does not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from server.command import FAILED, command_parser
from server.doctor_checks import (
    Finding,
    State,
    check_model,
    check_packages,
    check_python,
    check_server,
)
from server.flags import add_flags, read_settings
from server.model_command import add_model_flags

DESCRIPTION: Final = """\
Check this installation: Python, packages, the model, the port, a running server and its page.

  vivavoz doctor
  vivavoz doctor --url https://voice.example.org      look at a server elsewhere, too

Each line is ok, a warning or a problem, with what to do about it; the exit code is 1 if there is a
problem.
"""


def main(argv: Sequence[str]) -> int:
    """Run the command."""
    parser = command_parser("doctor", DESCRIPTION)
    parser.add_argument("--url", help="of a running server; default: the one of these settings")
    add_flags(parser, ("host", "port"))
    add_model_flags(parser)
    arguments = parser.parse_args(argv)
    settings = read_settings(arguments)

    def findings() -> Iterator[Finding]:
        yield from check_python()
        yield from check_packages()
        yield from check_model(arguments)
        yield from check_server(settings, arguments.url)

    is_well = True
    for state, what, text in findings():
        print(f"{state:<8} {what:<13} {text}", flush=True)
        is_well &= state is not State.PROBLEM
    return 0 if is_well else FAILED
