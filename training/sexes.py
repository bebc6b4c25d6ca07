"""Who of a manifest's speakers is a woman, who a man: figures are given for both."""

from __future__ import annotations

import csv
from pathlib import Path


def read_sexes(path: Path) -> dict[str, str]:
    """Speaker to what the manifest's ``sex`` column says, in capitals; empty without the column."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        return {
            row["speaker"]: row["sex"].strip().upper()
            for row in csv.DictReader(file)
            if row.get("sex", "").strip()
        }
