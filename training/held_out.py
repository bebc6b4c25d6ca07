"""What a recipe reached on corpora that it never heard: kept in a folder, shown as a table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from training.measured import HeldOut
from training.tables import table, within

RESULTS: Final = "leave_one_out.json"

_RESULTS: Final = TypeAdapter(list[HeldOut])


def results_file(place: Path) -> Path:
    """Where the folder of these runs keeps what they reached; a file stands for itself."""
    return place if place.suffix == ".json" else place / RESULTS


def write_results(folder: Path, results: list[HeldOut]) -> None:
    """Keep what was reached so far."""
    (folder / RESULTS).write_bytes(_RESULTS.dump_json(results, indent=2))


def read_results(place: Path) -> list[HeldOut]:
    """What `leave_one_out` wrote, by its folder or file; empty where it did not."""
    path = results_file(place)
    return _RESULTS.validate_json(path.read_bytes()) if path.exists() else []


def held_out_table(results: Sequence[HeldOut]) -> list[str]:
    """A row for each corpus."""
    head = ("held out", "speakers", "segments", "UAR", "chance", "accuracy", "commonest",
            "ECE", "answered", "right of answered")  # fmt: skip
    rows = [
        (
            r.corpus,
            str(r.figures.speakers),
            str(r.figures.segments),
            within(r.figures.uar, r.uar_interval),
            f"{r.figures.chance_uar:.3f}",
            f"{r.figures.accuracy:.3f}",
            f"{r.figures.chance_accuracy:.3f}",
            f"{r.calibration_error:.3f}",
            f"{r.answered:.1%}",
            "-" if r.answered_accuracy is None else f"{r.answered_accuracy:.1%}",
        )
        for r in results
    ]
    return table(head, rows)
