"""A report: tables under the conditions that they were taken in, as Markdown and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import NamedTuple, TypeAlias

from bench.conditions import Conditions

Cell: TypeAlias = str | int | float | None
"""A value of a table; None where there is nothing to say."""


class Column(NamedTuple):
    """A column: its heading, and how its numbers are written (``.1f``); whole ones as they are."""

    name: str
    digits: str = ""

    def write(self, cell: Cell) -> str:
        """The cell as text."""
        if cell is None:
            return "–"  # noqa: RUF001 - the sign for nothing in a table
        return format(cell, self.digits) if isinstance(cell, float) else str(cell)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of figures.

    Attributes:
        title: what it shows.
        columns: as many as each row has cells; the first names the row.
        rows: the figures, not rounded.
        notes: what a reader has to know to read it right.
    """

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    notes: Sequence[str] = ()

    def to_markdown(self) -> str:
        """The table under its title, its notes below it."""
        lines = [f"## {self.title}", "", _line([column.name for column in self.columns])]
        lines.append(_line([":--" if i == 0 else "--:" for i in range(len(self.columns))]))
        for row in self.rows:
            pairs = zip(self.columns, row, strict=True)
            lines.append(_line([column.write(cell) for column, cell in pairs]))
        for note in self.notes:
            lines += ["", note]
        return "\n".join(lines)

    def to_data(self) -> dict[str, object]:
        """The table for a JSON file: one object a row."""
        names = [column.name for column in self.columns]
        rows = [dict(zip(names, row, strict=True)) for row in self.rows]
        return {"title": self.title, "rows": rows, "notes": list(self.notes)}


@dataclass(frozen=True, slots=True)
class Report:
    """What a sub-command found.

    Attributes:
        command: its name.
        conditions: under which it ran.
        settings: what was chosen, name to value.
        tables: the figures.
        failures: promises that were broken; with any, the command's exit code is 1.
        details: raw figures for the JSON file alone.
    """

    command: str
    conditions: Conditions
    settings: dict[str, object]
    tables: Sequence[Table]
    failures: Sequence[str] = ()
    details: dict[str, object] = field(default_factory=dict)

    def to_markdown(self) -> str:
        """The whole report for people."""
        seen = self.conditions
        cores = f"{seen.cores} core" + ("s" if seen.cores > 1 else "")
        load = "" if seen.load is None else f"; load average before: {seen.load:g}"
        lines = [
            f"# vivavoz-bench {self.command}",
            "",
            f"- machine: {seen.cpu}, {cores} ({seen.system}){load}",
            f"- model: {seen.model}",
            f"- commit: {seen.commit}",
            f"- date: {seen.date}",
        ]
        if self.settings:
            chosen = ", ".join(f"{name} {value}" for name, value in self.settings.items())
            lines.append(f"- settings: {chosen}")
        parts = ["\n".join(lines), *(table.to_markdown() for table in self.tables)]
        if self.failures:
            parts.append("\n".join(["## Failed", "", *(f"- {text}" for text in self.failures)]))
        return "\n\n".join(parts) + "\n"

    def to_json(self) -> str:
        """The whole report for programs."""
        data = {
            "command": self.command,
            "conditions": asdict(self.conditions),
            "settings": self.settings,
            "tables": [table.to_data() for table in self.tables],
            "failures": list(self.failures),
            "details": self.details,
        }
        return json.dumps(data, indent=2) + "\n"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
