"""Flags of a command, one for each field of `Settings`: name, help and default are the field's."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings.exceptions import SettingsError

from server.command import USAGE, CommandError
from server.settings import Settings

PREFIX: Final = "VIVAVOZ_"
NUMBERS: Final = {"ms": "MS", "bytes": "BYTES", "port": "PORT"}


class Flag(NamedTuple):
    """A setting as a flag.

    Attributes:
        path: names of the field and, in a group of settings, of its member.
        field: what is known of it.
    """

    path: tuple[str, ...]
    field: FieldInfo

    @property
    def name(self) -> str:
        """As it is typed."""
        return "--" + "-".join(self.path).replace("_", "-")

    @property
    def variable(self) -> str:
        """Of the environment."""
        return PREFIX + "__".join(self.path).upper()


def flags(names: Iterable[str]) -> Iterator[Flag]:
    """The flags of these fields; a group of settings has one for each member."""
    for name in names:
        field = Settings.model_fields[name]
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            for member, part in field.annotation.model_fields.items():
                yield Flag((name, member), part)
        else:
            yield Flag((name,), field)


def add_flags(group: Any, names: Iterable[str]) -> None:
    """Add them to a parser, or to a group of one."""
    for flag in flags(names):
        group.add_argument(flag.name, dest=_key(flag), default=argparse.SUPPRESS, **_shape(flag))


def read_settings(arguments: argparse.Namespace) -> Settings:
    """The settings: the flags that were given, else the environment, the secrets, the defaults.

    Raises:
        CommandError: one is out of range.
    """
    given: dict[str, Any] = {}
    for flag in flags(Settings.model_fields):
        if _key(flag) in arguments:
            into = given.setdefault(flag.path[0], {}) if len(flag.path) > 1 else given
            into[flag.path[-1]] = getattr(arguments, _key(flag))
    try:
        return Settings(**given)
    except ValidationError as error:
        raise CommandError(_mistake(error), USAGE) from None
    except SettingsError as error:
        raise CommandError(f"{error}: {error.__cause__}", USAGE) from None


def _key(flag: Flag) -> str:
    return ".".join(flag.path)


def _shape(flag: Flag) -> dict[str, Any]:
    field = flag.field
    text = (field.description or "").replace("%", "%%")
    if field.annotation is bool:
        return {"action": argparse.BooleanOptionalAction, "help": text}
    default = field.get_default(call_default_factory=True)
    if default is not None and default != ():
        text += f"; default: {default}"
    return {"metavar": _metavar(flag), "help": text}


def _metavar(flag: Flag) -> str:
    annotation = flag.field.annotation
    if get_origin(annotation) is Literal:
        return "|".join(map(str, get_args(annotation)))
    last = flag.path[-1].rpartition("_")[2]
    if Path in get_args(annotation):
        return "DIR" if last == "dir" else "FILE"
    return NUMBERS.get(last, "N" if annotation in (int, float) else last.upper())


def _mistake(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False)[0]
    path = tuple(str(part) for part in first["loc"] if not isinstance(part, int))
    known = next((f for f in flags(Settings.model_fields) if f.path == path[: len(f.path)]), None)
    where = f"{known.name} (or {known.variable})" if known else ".".join(path)
    given = first["input"]
    return f"{where} is {given!r}: {first['msg'].removeprefix('Value error, ')}"
