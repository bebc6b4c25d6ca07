"""Under which conditions a figure was taken: without them it says nothing."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

CPU_INFO = Path("/proc/cpuinfo")


@dataclass(frozen=True, slots=True)
class Conditions:
    """What stands at the head of every report.

    Attributes:
        cpu: the processor's name.
        cores: how many of them this process may use.
        system: operating system and Python.
        load: how many programs ran or waited on average in the minute before; None if unknown.
        model: name, version and runtime of the model, or why there is none.
        commit: of the source, or the version where there is no repository.
        date: when it began, UTC.
    """

    cpu: str
    cores: int
    system: str
    load: float | None
    model: str
    commit: str
    date: str

    @classmethod
    def here(cls, model: str) -> Conditions:
        """This machine, now."""
        return cls(
            cpu=cpu_name(),
            cores=cores(),
            system=f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
            load=round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
            model=model,
            commit=commit(),
            date=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        )

    def with_model(self, model: str) -> Conditions:
        """The same, where the model is known only afterwards."""
        return replace(self, model=model)


def cpu_name() -> str:
    """The processor's name as the system gives it."""
    if CPU_INFO.exists():
        for line in CPU_INFO.read_text().splitlines():
            key, _, value = line.partition(":")
            if key.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def commit() -> str:
    """The commit of the source beside this file, marked if files but those of docs changed since.

    What is measured is written there: the second report is of the same commit as the first.
    """
    top = Path(__file__).resolve().parent.parent
    if (top / ".git").exists() and shutil.which("git"):
        known = _git(top, "rev-parse", "--short", "HEAD")
        but_docs = ("--", ".", ":!docs")
        changed = _git(top, "status", "--porcelain", "--untracked-files=no", *but_docs)
        if known:
            return f"{known} with uncommitted changes" if changed else known
    try:
        return f"version {metadata.version('vivavoz')}"
    except metadata.PackageNotFoundError:
        return "unknown"


def _git(top: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(top), *arguments], capture_output=True, text=True, check=False
    )
    return done.stdout.strip()
