"""A Dockerfile, read: its stages, and which files of a folder it is built from.

Knows what ours needs, and says what it does not know.

Errors:
    * :exc:`DockerfileError`: the file says something that is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Final

KNOWN: Final = frozenset(
    {
        *("ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL"),
        *("RUN", "STOPSIGNAL", "USER", "WORKDIR"),
    }
)
VARIABLE: Final = re.compile(r"\$\{(\w+)\}")


class DockerfileError(Exception):
    """The file says something that is not known here."""


@dataclass(frozen=True)
class Instruction:
    """One of them: its name in capitals, and all behind it, on one line."""

    name: str
    rest: str


@dataclass
class Stage:
    """What follows a FROM.

    Attributes:
        base: an image, or the name of a stage before.
        name: None for the last one.
        instructions: without the FROM.
    """

    base: str
    name: str | None
    instructions: list[Instruction] = field(default_factory=list)

    def last(self, name: str) -> str:
        """What the last instruction of this name says.

        Raises:
            DockerfileError: there is none.
        """
        for one in reversed(self.instructions):
            if one.name == name:
                return one.rest
        raise DockerfileError(f"the stage from {self.base} has no {name}")


def read_instructions(text: str) -> Iterator[Instruction]:
    """Each instruction.

    Raises:
        DockerfileError: one that is not known here.
    """
    lines = [
        line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")
    ]
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        name, _, rest = line.strip().partition(" ")
        if name not in KNOWN:
            raise DockerfileError(f"{name!r} is no instruction that is known here")
        yield Instruction(name, " ".join(rest.split()))


def read_stages(text: str, arguments: Mapping[str, str]) -> list[Stage]:
    """The stages of a Dockerfile.

    Args:
        text: all of it.
        arguments: in place of the defaults that its ARGs have.

    Raises:
        DockerfileError: see `read_instructions`; or an argument that it does not have.
    """
    stages: list[Stage] = []
    values: dict[str, str] = {}
    for one in read_instructions(text):
        if one.name == "ARG":
            name, _, default = one.rest.partition("=")
            values[name] = arguments.get(name, default)
            continue
        rest = VARIABLE.sub(lambda found: values.get(found[1], found[0]), one.rest)
        if one.name == "FROM":
            base, _, name = rest.partition(" AS ")
            stages.append(Stage(base, name or None))
        elif stages:
            stages[-1].instructions.append(Instruction(one.name, rest))
        else:
            raise DockerfileError(f"{one.name} before the first FROM")
    if unknown := arguments.keys() - values.keys():
        raise DockerfileError(f"it has no ARG {', '.join(sorted(unknown))}")
    return stages


def is_ignored(path: PurePosixPath, patterns: Sequence[str]) -> bool:
    """Whether a ``.dockerignore`` keeps a file out: the last pattern that fits decides.

    Examples:
        >>> rules = ["*", "!server", "**/*.pyc"]
        >>> [is_ignored(PurePosixPath(p), rules) for p in ("a/b", "server/app.py", "server/a.pyc")]
        [True, False, True]
    """
    ignored = False
    for pattern in patterns:
        wanted = pattern.removeprefix("!")
        if any(_fits(str(part), wanted) for part in (path, *path.parents) if str(part) != "."):
            ignored = not pattern.startswith("!")
    return ignored


def _fits(path: str, pattern: str) -> bool:
    if pattern.startswith("**/"):
        return fnmatchcase(PurePosixPath(path).name, pattern[3:])
    return path.count("/") == pattern.count("/") and fnmatchcase(path, pattern)


def read_ignored(folder: Path) -> list[str]:
    """The patterns of a folder's ``.dockerignore``."""
    lines = (folder / ".dockerignore").read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def find_sources(folder: Path, pattern: str, ignored: Sequence[str]) -> list[Path]:
    """The files that a COPY takes from a folder.

    Raises:
        DockerfileError: there are none.
    """
    named = [one for one in sorted(folder.glob(pattern)) if pattern != "."]
    inside = [
        path
        for one in named
        for path in ([one] if one.is_file() else sorted(one.rglob("*")))
        if path.is_file() and not is_ignored(PurePosixPath(path.relative_to(folder)), ignored)
    ]
    if not inside:
        raise DockerfileError(
            f"COPY {pattern}: there is no such file in {folder}, or it is ignored"
        )
    return inside
