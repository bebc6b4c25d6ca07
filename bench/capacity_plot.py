"""The curve of ``vivavoz-bench capacity`` as a PNG file. Nothing of pyplot: no global state."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bench.capacity_tables import Promise, find_knee
from bench.conditions import Conditions
from bench.distribution import distribution
from bench.errors import MissingPackageError
from bench.load import Step

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DPI: Final = 110
OURS: Final = "#1f5fa8"
SHADES: Final = (("p50", "#9dc3e6"), ("p95", OURS), ("p99", "#13365f"))
OTHER: Final = "#e08a1e"
FAINT: Final = "#b0b0b0"


def draw(steps: Sequence[Step], promise: Promise, conditions: Conditions, folder: Path) -> Path:
    """Latency above, processor time and memory below, against the number of sessions.

    Returns:
        The file, ``capacity-MODEL.png``.

    Raises:
        MissingPackageError: matplotlib is not installed.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingPackageError("matplotlib") from error
    figure = Figure(figsize=(7.5, 6.5), layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(
        f"{conditions.model}\n{conditions.cpu}, {conditions.cores} cores, {conditions.commit}",
        fontsize=9,
    )
    above, below = figure.subplots(2, 1, sharex=True)
    _latency(above, steps, promise)
    _cost(below, steps, conditions.cores)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"capacity-{_word(conditions.model)}.png"
    # Without the version of the library, the same figures are the same file.
    figure.savefig(path, dpi=DPI, metadata={"Software": None})
    return path


def _latency(axes: Axes, steps: Sequence[Step], promise: Promise) -> None:
    sessions = [step.sessions for step in steps]
    found = [distribution(step.tally.label_ms) for step in steps]
    for name, colour in SHADES:
        values = [getattr(one, name) for one in found]
        points = [(n, ms) for n, ms in zip(sessions, values, strict=True) if ms is not None]
        axes.plot(*zip(*points, strict=True), marker="o", color=colour, label=name)
    axes.axhline(promise.late_ms, color=OTHER, linestyle="--", label="promised for p95")
    if knee := find_knee(steps, promise).holds:
        axes.axvline(knee, color=FAINT, label=f"holds to {knee}")
    axes.set_ylabel("label, ms beyond the hangover")
    axes.set_yscale("log")
    axes.legend(fontsize=8)
    axes.grid(alpha=0.3, which="both")


def _cost(axes: Axes, steps: Sequence[Step], cores: int) -> None:
    sessions = [step.sessions for step in steps]
    server = [step.server.cpu_s / step.seconds if step.server else 0.0 for step in steps]
    generator = [step.generator_cpu_s / step.seconds for step in steps]
    axes.plot(sessions, server, marker="o", color=OURS, label="server")
    axes.plot(sessions, generator, marker=".", color=FAINT, label="load generator")
    axes.set_ylabel("cores")
    axes.set_ylim(0, cores)
    axes.set_xlabel("sessions")
    axes.grid(alpha=0.3)
    memory = axes.twinx()
    resident = [step.memory_mib or 0.0 for step in steps]
    memory.plot(sessions, resident, marker="s", markersize=4, color=OTHER, label="resident memory")
    memory.set_ylabel("MiB")
    memory.set_ylim(bottom=0)
    lines = [*axes.get_lines(), *memory.get_lines()]
    axes.legend(lines, [str(line.get_label()) for line in lines], fontsize=8, loc="upper left")


def _word(model: str) -> str:
    """The model's name as a part of a file's."""
    return re.sub(r"[^\w.-]+", "-", model.split(" ")[0]).strip("-")
