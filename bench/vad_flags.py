"""The settings of the segmenter as flags of a sub-command, one for each field."""

from __future__ import annotations

import argparse
from collections.abc import Collection

from pydantic import ValidationError

from bench.errors import BenchError
from vad import VadSettings


def add_vad_flags(command: argparse.ArgumentParser, *, without: Collection[str] = ()) -> None:
    """Add a flag for each setting: ``--onset-ms`` for ``onset_ms``, its default the product's."""
    group = command.add_argument_group("how speech is cut out")
    for name, field in VadSettings.model_fields.items():
        if name not in without:
            group.add_argument(
                f"--{name.replace('_', '-')}",
                type=int,
                metavar="N",
                help=f"{field.description} (default: {field.default})",
            )


def read_vad_flags(arguments: argparse.Namespace) -> VadSettings:
    """The settings, the product's own where no flag was given.

    Raises:
        BenchError: one is out of its range.
    """
    given = {name: getattr(arguments, name, None) for name in VadSettings.model_fields}
    try:
        return VadSettings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise BenchError(f"--{str(first['loc'][0]).replace('_', '-')}: {first['msg']}") from None
