"""The page of published figures: each report a section under the command that printed it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

from bench.report import Report

TITLE: Final = "# Figures"
INTRODUCTION: Final = (
    f"{TITLE}\n\n"
    "What `make bench` printed; each part begins with its command, machine, model and commit. What "
    "the columns mean:\n[README.md](README.md). Nobody edits this page: `vivavoz bench … --figures "
    "FILE` replaces the\npart of the same command and model, or adds it.\n"
)
OURS: Final = "## `vivavoz bench "
LEFT_OUT: Final = frozenset({"--figures", "--json", "--plots"})
"""Flags that say where figures go, not which."""
MANY: Final = 4
"""So many files of one folder are written as a pattern."""


def publish(path: Path, argv: Sequence[str], report: Report) -> None:
    """Put a report on a page, in the place of the one that the same command printed before.

    The same command is the same sub-command for the same ``--model``; other flags may differ.

    Args:
        path: of the page, which is made if there is none.
        argv: what was given to the command.
        report: what it found.
    """
    page = path.read_text(encoding="utf-8") if path.exists() else ""
    parts = re.split(rf"(?m)^(?={re.escape(OURS)})", page)[1:]
    sections = {_key(part.splitlines()[0]): part.strip() + "\n" for part in parts}
    heading = f"{OURS}{written(argv)}`"
    body = re.sub(r"(?m)^##", "###", report.to_markdown().partition("\n")[2])
    sections[_key(heading)] = heading + "\n" + body
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([INTRODUCTION, *sections.values()]), encoding="utf-8")


def written(argv: Sequence[str]) -> str:
    """A command line as one would write it: without where the figures go, files as a pattern.

    Examples:
        >>> written(["session", "--json", "x", "a/1.wav", "a/2.wav", "a/3.wav", "a/4.wav"])
        'session a/*.wav'
    """
    words: list[str] = []
    left = iter(argv)
    for word in left:
        if word in LEFT_OUT:
            next(left, None)
        elif word.partition("=")[0] not in LEFT_OUT:
            words.append(word)
    patterns = {_pattern(word) for word in words if not word.startswith("-")}
    many = {p for p in patterns if p and sum(_pattern(word) == p for word in words) >= MANY}
    short = [_pattern(word) if _pattern(word) in many else shlex.quote(word) for word in words]
    return " ".join(dict.fromkeys(word for word in short if word))


def _pattern(word: str) -> str | None:
    path = Path(word)
    return f"{path.parent}/*{path.suffix}" if path.suffix else None


def _key(heading: str) -> tuple[str, str]:
    """Sub-command and model of a section."""
    words = heading.removeprefix(OURS).strip().strip("`").split()
    models = [b for a, b in pairwise(words) if a == "--model"]
    models += [word.partition("=")[2] for word in words if word.startswith("--model=")]
    return words[0], models[-1] if models else ""
