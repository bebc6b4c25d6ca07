"""``vivavoz model install|versions|rollback``: which version of a model store serves."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from classifier import ClassifierError, ModelStore
from server.command import CommandError, command_parser
from server.flags import add_flags, read_settings

ACTIONS: Final = {
    "install": "Let a model directory serve, unmeasured; makes the store if there is none.",
    "versions": "List the versions in a store, and which one serves.",
    "rollback": "Let the version serve that served before.",
}


def main(argv: Sequence[str]) -> int:
    """Run the command; the first argument is one of `ACTIONS`."""
    action, *rest = argv
    parser = command_parser(f"model {action}", ACTIONS[action])
    if action == "install":
        parser.add_argument("directory", type=Path, help="the model directory")
    add_flags(parser, ("model",))
    arguments = parser.parse_args(rest)
    store = ModelStore(Path(read_settings(arguments).model).expanduser())
    try:
        if action == "install":
            return _say(store.install(arguments.directory).current)
        if action == "rollback":
            return _say(store.rollback().current)
        return _list(store)
    except (ClassifierError, OSError) as error:
        raise CommandError(" ".join(str(error).split())) from None


def _say(version: str) -> int:
    print(f"{version} serves; a running server follows by itself")
    return 0


def _list(store: ModelStore) -> int:
    pointer = store.pointer()
    for version in store.versions():
        served = "served before" if version in pointer.history else ""
        print(f"{version:<30}{'serves' if version == pointer.current else served}".rstrip())
    return 0
