"""Where a format's text goes: a file, or standard output."""

from __future__ import annotations

import io
import os
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, TextIO

from annotation import Format
from server.command import CommandError, file_mistake


class Output:
    """A file that is opened when something is first written, or standard output. UTF-8, and line
    ends as they are given.

    Args:
        path: of the file; None for standard output.
        append: to what there is; else it is written anew.
    """

    def __init__(self, path: Path | None, *, append: bool = False) -> None:
        self._path = path
        self._mode: Literal["a", "w"] = "a" if append else "w"
        self._out: TextIO | None = None

    def write(self, text: str) -> None:
        """Write, so that another program can read it at once.

        Raises:
            CommandError: it cannot be written.
        """
        if self._path is None:
            _write(self._standard(), text)
            return
        try:
            _write(self._file(self._path), text)
        except OSError as error:
            raise CommandError(f"cannot write {file_mistake(self._path, error)}") from None

    def close(self) -> None:
        """There is no more to write."""
        if self._out is not None and self._path is not None:
            self._out.close()

    def _standard(self) -> TextIO:
        if self._out is None:
            self._out = sys.stdout
            if isinstance(sys.stdout, io.TextIOWrapper):
                sys.stdout.reconfigure(encoding="utf-8", newline="")
        return self._out

    def _file(self, path: Path) -> TextIO:
        if self._out is None:
            self._out = path.open(self._mode, encoding="utf-8", newline="")
        return self._out


def _write(out: TextIO, text: str) -> None:
    out.write(text)
    out.flush()


def export_targets(files: Sequence[Path], output: str | None, form: Format) -> list[Path | None]:
    """Where each recording's text goes; None for standard output.

    Args:
        files: the recordings.
        output: a file, or a folder, which is made if its name ends as a folder's; None for
            standard output.
        form: in which they are written.

    Raises:
        CommandError: one file for several recordings in a format that holds one, two recordings
            for one file, or a recording that would be overwritten.
    """
    if output is None or not _is_folder(output):
        if len(files) > 1 and not form.holds_many:
            raise CommandError(f"{form.name} holds one recording a file: name a folder, -o DIR/")
        return _checked(files, [Path(output) if output else None] * len(files))
    folder = Path(output)
    targets: list[Path | None] = [folder / f"{path.stem}{form.suffix}" for path in files]
    target, count = Counter(targets).most_common(1)[0]
    if count > 1:
        raise CommandError(f"{count} recordings would be written to {target}: name them apart")
    _make(folder)
    return _checked(files, targets)


def _is_folder(output: str) -> bool:
    return output.endswith(("/", os.sep)) or Path(output).is_dir()


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CommandError(f"cannot make {file_mistake(folder, error)}") from None


def _checked(files: Sequence[Path], targets: list[Path | None]) -> list[Path | None]:
    recordings = {path.resolve() for path in files}
    for target in targets:
        if target is not None and target.resolve() in recordings:
            raise CommandError(f"{target} is a recording and would be overwritten")
    return targets
