"""What a person is told of a manifest that was made: a table by corpus, and what was left out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from training.corpus_merge import Merged
from training.corpus_recording import LeftOut
from training.manifest import EMOTIONS, SPLITS
from training.manifest_row import Row

NAMED: Final = 3
"""How many files are named for each reason."""


def manifest_table(merged: Merged) -> str:
    """Clips, speakers and hours by corpus, emotion and split; what was left out and why; notes."""
    lines = [*_by_corpus(merged.rows), *_left_out(merged.left_out)]
    if merged.notes:
        lines += ["", "note:", *(f"  {note}" for note in merged.notes)]
    return "\n".join(lines)


def _by_corpus(rows: Sequence[Row]) -> list[str]:
    corpora = list(dict.fromkeys(row.corpus for row in rows))
    head = ["corpus", "clips", "speakers", "hours", *EMOTIONS, *SPLITS]
    table = [head, *(_line(name, [r for r in rows if r.corpus == name]) for name in corpora)]
    if len(corpora) > 1:
        table.append(_line("all", rows))
    widths = [max(len(line[i]) for line in table) for i in range(len(head))]
    return ["  ".join(_aligned(line, widths)).rstrip() for line in table] + [
        "(in brackets: speakers; +?: and unknown ones)"
    ]


def _aligned(line: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    yield line[0].ljust(widths[0])
    yield from (cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True))


def _line(name: str, rows: Sequence[Row]) -> list[str]:
    labels = Counter(row.label for row in rows)
    splits = [[row for row in rows if row.split == split] for split in SPLITS]
    return [
        name,
        str(len(rows)),
        _speakers(rows),
        f"{sum(row.seconds for row in rows) / 3600:.2f}",
        *(str(labels[label]) for label in EMOTIONS),
        *(f"{len(own)} ({_speakers(own)})" for own in splits),
    ]


def _speakers(rows: Sequence[Row]) -> str:
    known = len({row.speaker for row in rows if not row.unknown})
    return f"{known}+?" if any(row.unknown for row in rows) else str(known)


def _left_out(items: Sequence[LeftOut]) -> list[str]:
    if not items:
        return []
    reasons: dict[tuple[str, str], list[str]] = defaultdict(list)
    for item in items:
        reasons[item.corpus, item.reason].append(item.path.name)
    lines = ["", f"left out: {len(items)}"]
    for (corpus, reason), names in sorted(reasons.items()):
        more = ", ..." if len(names) > NAMED else ""
        lines.append(f"  {corpus}: {len(names)} x {reason} ({', '.join(names[:NAMED])}{more})")
    return lines
