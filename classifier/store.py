"""A model store: versions of a model side by side, and a pointer to the one that serves.

::

    models/serving/
      current.json            {"current": "2026.11.23-1a2b3c4d", "history": ["2026.11.20-5e6f7a8b"]}
      2026.11.20-5e6f7a8b/    a model directory
      2026.11.23-1a2b3c4d/    another

A store can be named wherever a model directory can. Whoever trains adds versions and moves the
pointer, whoever serves follows it; the folder is all that they share.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from classifier.calibration import read_description
from classifier.canary import CANARIES
from classifier.durable import copy_folder_durably, write_durably
from classifier.errors import StoreError
from classifier.weights import fingerprint

POINTER: Final = "current.json"
REMEMBERED: Final = 50
"""Versions that the pointer knows to have served."""

Version = Annotated[
    str, StringConstraints(min_length=1, max_length=100, pattern=r"^[\w+@-][\w.+@-]*$")
]
"""It names a folder: no slash, and no dot at the beginning."""


class Pointer(BaseModel):
    """What ``current.json`` says.

    Attributes:
        current: the version that serves.
        history: those that served before, the oldest first.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    current: Version
    history: tuple[Version, ...] = ()


def is_store(folder: Path) -> bool:
    """Whether a folder is a model store."""
    return (folder / POINTER).is_file()


class ModelStore:
    """A folder of versions.

    Args:
        folder: need not be there yet; see `install`.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def pointer(self) -> Pointer:
        """Which version serves.

        Raises:
            StoreError: there is no pointer, or it cannot be understood.
        """
        path = self.folder / POINTER
        try:
            return Pointer.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            raise StoreError(
                f"{self.folder} is no model store; make one of a model directory: "
                f"vivavoz model install DIRECTORY --model {self.folder}"
            ) from None
        except (OSError, ValidationError) as error:
            raise StoreError(f"{path} cannot be used: {error}") from error

    def version_folder(self, version: str) -> Path:
        """The model directory of a version.

        Raises:
            StoreError: there is none.
        """
        folder = self.folder / version
        if not folder.is_dir() or folder.parent != self.folder:
            raise StoreError(f"{self.folder} holds no version {version}; it holds {self._names()}")
        return folder

    def current_folder(self) -> Path:
        """The model directory that serves.

        Raises:
            StoreError: the pointer is broken, or points at nothing.
        """
        return self.version_folder(self.pointer().current)

    def versions(self) -> list[str]:
        """All that are here, by name."""
        if not self.folder.is_dir():
            return []
        found = (path for path in self.folder.iterdir() if path.is_dir())
        return sorted(path.name for path in found if not path.name.startswith("."))

    def add(self, model: Path) -> str:
        """Copy a model directory in; what serves does not change.

        Returns:
            Its version.

        Raises:
            StoreError: it has no canaries, its version cannot name a folder, or another model of
                that version is here.
            ModelFileError: it is no model directory.
            OSError: it cannot be copied; nothing is left of it.
        """
        if not (model / CANARIES).is_file():
            raise StoreError(
                f"{model} has no {CANARIES}, so no server could check it; "
                f"write them: vivavoz-train canaries {model}"
            )
        version = _checked(read_description(model).version or fingerprint(model))
        target = self.folder / version
        if target.is_dir():
            if _digest(target) != _digest(model):
                raise StoreError(
                    f"{self.folder} holds another model of version {version}; "
                    "give this one a version of its own in its vivavoz.json"
                )
            return version
        self.folder.mkdir(parents=True, exist_ok=True)
        copy_folder_durably(model, target)
        return version

    def promote(self, version: str, *, instead_of: str | None = None) -> Pointer:
        """Let a version serve: one file is replaced, so there is no moment without a model.

        Args:
            version: one of `versions`.
            instead_of: refuse unless this one serves now: what a comparison was made with.

        Raises:
            StoreError: there is no such version, or another one serves by now.
        """
        self.version_folder(version)
        old = self.pointer() if is_store(self.folder) else None
        if old and instead_of is not None and old.current != instead_of:
            raise StoreError(
                f"{old.current} serves by now, not {instead_of}; compare with that one first"
            )
        if old is None:
            return self._point(Pointer(current=version))
        if old.current == version:
            return old
        history = (*old.history, old.current)[-REMEMBERED:]
        return self._point(Pointer(current=version, history=history))

    def install(self, model: Path) -> Pointer:
        """Add a model directory and let it serve, unmeasured; makes the store if there is none.

        Raises:
            StoreError: see `add`.
        """
        return self.promote(self.add(model))

    def rollback(self) -> Pointer:
        """Let the version serve that served before.

        Raises:
            StoreError: none did, or it is gone.
        """
        old = self.pointer()
        if not old.history:
            raise StoreError(f"nothing served in {self.folder} before {old.current}")
        *history, last = old.history
        self.version_folder(last)
        return self._point(Pointer(current=last, history=tuple(history)))

    def _point(self, pointer: Pointer) -> Pointer:
        text = pointer.model_dump_json(indent=2) + "\n"
        write_durably(self.folder / POINTER, text.encode())
        return pointer

    def _names(self) -> str:
        return ", ".join(self.versions()) or "none"


def _checked(version: str) -> str:
    try:
        return Pointer(current=version).current
    except ValidationError:
        raise StoreError(
            f"the version {version!r} cannot name a folder; use letters, digits, '.', '-', '+'"
        ) from None


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").digest()
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + content)
    return digest.hexdigest()
