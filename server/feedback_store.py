"""The folder of corrected recordings: an audiofolder (FLAC and ``metadata.jsonl``) that is whole
after any crash, and that several processes may use at once.

A record is a recording and its line. One without the other is none: nobody gets to see it, and it
goes when the folder is opened next. When a record is taken away the recording goes first: it is
what matters, and a full disk cannot keep it from going.

Errors:
    * :exc:`FeedbackError`
        * :exc:`FeedbackFullError`: a limit is reached, or the disk is full; nothing was kept.
        * :exc:`FeedbackFolderError`: the folder holds something that is no feedback.
"""

from __future__ import annotations

import errno
import fcntl
import io
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import soundfile
from pydantic import ValidationError

from classifier.durable import PART, sync_folder, write_durably
from server.feedback import ID, Record
from server.recording import Recording

METADATA: Final = "metadata.jsonl"
LOCK: Final = ".lock"
PRIVATE: Final = 0o600
FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class FeedbackError(Exception):
    """Any error of this folder."""


class FeedbackFullError(FeedbackError):
    """A limit is reached, or the disk is full; nothing was kept."""


class FeedbackFolderError(FeedbackError):
    """The folder holds something that is no feedback."""


def new_id() -> str:
    """128 random bits, as 32 hex digits: who knows it may withdraw the recording."""
    return secrets.token_hex(16)


class FeedbackStore:
    """A folder of corrected recordings. Any thread of any process may call any method.

    Args:
        folder: made where it is missing, readable to its owner alone.
        most: records that it holds.
        most_bytes: of all its recordings.
        free_bytes: that are left on the disk.
    """

    def __init__(
        self, folder: Path, *, most: int = 10_000, most_bytes: int = 2**30, free_bytes: int = 2**28
    ) -> None:
        self.folder = folder
        self._most = most
        self._most_bytes = most_bytes
        self._free_bytes = free_bytes

    def open(self) -> FeedbackStore:
        """Make the folder, and take away what a crash left.

        Raises:
            FeedbackFolderError: it cannot be used.
        """
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._locked():
                self._drop_torn_line()
                records = self._read()
                known = {record.file_name for record in records}
                if len(records) != len(self._whole_lines()):
                    self._rewrite(records)
                for path in self.folder.iterdir():
                    is_orphan = path.suffix == ".flac" and path.name not in known
                    if is_orphan or path.name.startswith(PART):
                        path.unlink()
        except OSError as error:
            raise FeedbackFolderError(f"{self.folder} cannot be used: {error}") from error
        return self

    def add(self, record: Record, recording: Recording) -> None:
        """Keep a record, on the disk when this returns.

        Raises:
            FeedbackFullError: there is no room; nothing was kept.
            OSError: it cannot be written for another reason; nothing was kept.
        """
        flac = _encode(recording)
        path = self.folder / record.file_name
        with self._locked():
            self._check_room(len(flac))
            try:
                write_durably(path, flac, mode=PRIVATE)
                self._append(record)
            except OSError as error:
                with suppress(OSError):
                    path.unlink(missing_ok=True)
                if error.errno in FULL:
                    raise FeedbackFullError("the disk is full; nothing was kept") from error
                raise

    def records(self) -> list[Record]:
        """All of them, the oldest first.

        Raises:
            FeedbackFolderError: a line that is no record.
        """
        with self._locked():
            return self._read()

    def remove(self, ids: Iterable[str]) -> set[str]:
        """Take records away, recording and line.

        Returns:
            Those of `ids` that were there.

        Raises:
            FeedbackFolderError: a line that is no record; nothing was taken away.
        """
        wanted = {text for text in ids if ID.fullmatch(text)}
        with self._locked():
            records = self._read()
            found = [record for record in records if record.id in wanted]
            for record in found:
                (self.folder / record.file_name).unlink(missing_ok=True)
            if found:
                sync_folder(self.folder)
                self._rewrite(record for record in records if record.id not in wanted)
        return {record.id for record in found}

    def export(self, target: Path) -> int:
        """Copy everything into a new folder, an audiofolder by itself.

        Returns:
            How many records it holds.

        Raises:
            FeedbackFolderError: a line that is no record, or `target` is there.
        """
        try:
            target.mkdir(mode=0o700, parents=True)
            with self._locked():
                records = self._read()
                for record in records:
                    shutil.copyfile(self.folder / record.file_name, target / record.file_name)
            write_durably(target / METADATA, _lines(records), mode=PRIVATE)
        except OSError as error:
            raise FeedbackFolderError(f"{target} cannot be written: {error}") from error
        return len(records)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Nobody else in here, of this process or of another."""
        handle = os.open(self.folder / LOCK, os.O_RDWR | os.O_CREAT, PRIVATE)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)  # and with it the lock

    def _check_room(self, size: int) -> None:
        sizes = [path.stat().st_size for path in self.folder.glob("*.flac")]
        if len(sizes) >= self._most:
            raise FeedbackFullError(f"there are {self._most} recordings; no more are kept")
        if sum(sizes) + size > self._most_bytes:
            raise FeedbackFullError(f"recordings fill {self._most_bytes} bytes; no more are kept")
        if shutil.disk_usage(self.folder).free - size < self._free_bytes:
            raise FeedbackFullError("the disk is nearly full; nothing was kept")

    def _append(self, record: Record) -> None:
        """Add a line, or leave the file as it was."""
        self._drop_torn_line()
        handle = os.open(self.folder / METADATA, os.O_WRONLY | os.O_APPEND | os.O_CREAT, PRIVATE)
        with os.fdopen(handle, "ab", buffering=0) as file:
            size = file.seek(0, os.SEEK_END)
            try:
                left = _lines([record])
                while left:
                    left = left[file.write(left) :]
                os.fsync(file.fileno())
            except OSError:
                file.truncate(size)
                raise
        if not size:
            sync_folder(self.folder)

    def _drop_torn_line(self) -> None:
        """Cut off what a crash left of a line: it has no end."""
        with suppress(FileNotFoundError), (self.folder / METADATA).open("rb+") as file:
            content = file.read()
            whole = content.rfind(b"\n") + 1
            if whole != len(content):
                file.truncate(whole)

    def _rewrite(self, records: Iterable[Record]) -> None:
        write_durably(self.folder / METADATA, _lines(records), mode=PRIVATE)

    def _read(self) -> list[Record]:
        """The whole records."""
        records = []
        for number, line in enumerate(self._whole_lines(), start=1):
            try:
                record = Record.model_validate_json(line)
            except ValidationError as error:
                raise FeedbackFolderError(
                    f"{self.folder / METADATA}:{number} is no record: {error.errors()[0]['msg']}"
                ) from None
            if (self.folder / record.file_name).is_file():
                records.append(record)
        return records

    def _whole_lines(self) -> list[bytes]:
        """Those that have an end; the others were torn by a crash."""
        try:
            lines = (self.folder / METADATA).read_bytes().splitlines(keepends=True)
        except FileNotFoundError:
            return []
        return [line for line in lines if line.endswith(b"\n")]


def _lines(records: Iterable[Record]) -> bytes:
    return b"".join(record.model_dump_json().encode() + b"\n" for record in records)


def _encode(recording: Recording) -> bytes:
    """As FLAC: the same samples, and nothing else that the file that came may have held."""
    file = io.BytesIO()
    soundfile.write(file, recording.samples, recording.sample_rate, format="FLAC", subtype="PCM_16")
    return file.getvalue()
