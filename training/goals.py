"""What the project asks of the bundled model, beside what was measured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from training.measured import SplitReport
from training.tables import table

CORPUS_UAR: Final = MappingProxyType({"ravdess": 0.58, "emodb": 0.58, "nemo": 0.48})


@dataclass(frozen=True, slots=True)
class Goal:
    """One figure and its bound.

    Attributes:
        name: of the figure.
        value: measured.
        bound: asked for.
        least: whether the bound is the least that is asked, else the most.
        unit: "%" or "".
    """

    name: str
    value: float
    bound: float
    least: bool = True
    unit: str = ""

    @property
    def met(self) -> bool:
        """Whether the value is on the right side of the bound, or on it."""
        return self.value >= self.bound if self.least else self.value <= self.bound

    def row(self) -> tuple[str, str, str, str]:
        """For a table."""
        show = (lambda v: f"{v:.1%}") if self.unit == "%" else (lambda v: f"{v:.3f}")
        word = "at least" if self.least else "at most"
        return (
            self.name,
            show(self.value),
            f"{word} {show(self.bound)}",
            "yes" if self.met else "**no**",
        )


def goals(split: SplitReport) -> Iterator[Goal]:
    """Those that can be told from what was measured."""
    speech = split.speech
    yield Goal("UAR", speech.pooled.uar, 0.65)
    for name, bound in CORPUS_UAR.items():
        if name in speech.corpora:
            yield Goal(f"UAR on {name}", speech.corpora[name].uar, bound)
    if "disgust" in speech.recalls:
        yield Goal("recall of disgust", speech.recalls["disgust"], 0.40)
    for rival in split.rivals:
        if rival.margin and rival.validation_uar is not None:
            yield Goal(f"UAR above {rival.name}", rival.margin.value, 0.10)
    yield Goal("expected calibration error", speech.calibration_error, 0.05, least=False)
    gain = (speech.at_coverage.accuracy or 0.0) - speech.pooled.accuracy
    yield Goal("accuracy gained by answering the surest 70 %", gain, 0.08, unit="%")
    yield from noise_goals(split)
    if split.non_speech:
        yield Goal(
            "labels a minute of non-speech", split.non_speech.labels_per_minute, 0.5, least=False
        )
    refused = speech.reasons.get("no_speech", 0) / speech.pooled.segments
    yield Goal("speech refused as no speech", refused, 0.03, least=False, unit="%")


def noise_goals(split: SplitReport) -> Iterator[Goal]:
    """What noise may cost, as the mean over its kinds."""
    noisy = split.noisy
    if noisy is None:
        return
    for snr, bound in ((10, 0.10), (0, 0.22)):
        if snr in noisy.mean:
            lost = noisy.clean.uar - noisy.mean[snr].uar
            yield Goal(f"UAR lost to noise at {snr} dB", lost, bound, least=False)


def goal_table(split: SplitReport) -> list[str]:
    """The goals as a table."""
    rows = [goal.row() for goal in goals(split)]
    return [*table(("figure", "measured", "asked for", "met"), rows), ""]
