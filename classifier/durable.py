"""Files that are either the old ones or the new ones, whenever the power goes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final
from uuid import uuid4

PART: Final = ".part-"
"""Names of what is being written begin with this; what is found later was left by a crash."""


def write_durably(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Write a file as a whole: who reads `path` finds what was there before, or all of `content`.

    Args:
        path: replaced if it is there.
        content: all of it.
        mode: of the file, under the process's mask.

    Raises:
        OSError: it could not be written; `path` is as before, and nothing else is left.
    """
    with _part(path) as part:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    sync_folder(path.parent)


def copy_folder_durably(source: Path, target: Path) -> None:
    """Copy a folder as a whole to a place where there is none.

    Raises:
        OSError: it could not be copied, or `target` is there; nothing is left.
    """
    with _part(target) as part:
        shutil.copytree(source, part)
        for path in part.rglob("*"):
            if path.is_file():
                with path.open("rb") as file:
                    os.fsync(file.fileno())
        part.rename(target)
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder written to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _part(path: Path) -> Iterator[Path]:
    """A name beside `path`; whatever has it at the end of the block goes."""
    part = path.with_name(f"{PART}{uuid4().hex}")
    try:
        yield part
    finally:
        if part.is_dir():
            shutil.rmtree(part, ignore_errors=True)
        with suppress(OSError):
            part.unlink(missing_ok=True)
