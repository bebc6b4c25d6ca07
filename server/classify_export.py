"""Recordings written in the format of another tool."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from annotation import Annotation, Format
from server.export_output import Output, export_targets


class RecordingsExport:
    """Writes one recording's verdicts after the other, each where it belongs.

    Args:
        form: to write.
        files: the recordings that may come.
        output: see `export_targets`, as for the errors.
    """

    def __init__(self, form: Format, files: Sequence[Path], output: str | None) -> None:
        self._format = form
        self._targets = dict(zip(files, export_targets(files, output, form), strict=True))
        self._begun: set[Path | None] = set()

    def write(self, path: Path, annotation: Annotation) -> None:
        """Write a recording's verdicts; behind those of another, if they share a file.

        Raises:
            CommandError: they cannot be written.
        """
        target = self._targets[path]
        with closing(Output(target, append=target in self._begun)) as output:
            output.write(self._text(annotation, is_first=target not in self._begun))
        self._begun.add(target)

    def _text(self, annotation: Annotation, *, is_first: bool) -> str:
        rows = self._format.rows
        if is_first or rows is None:
            return self._format.write(annotation)
        return "".join(rows.row(annotation.about, segment) for segment in annotation.segments)
