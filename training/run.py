"""A run directory: what was trained on what, and the checkpoints that are there."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from training.errors import TrainingError
from training.manifest import EMOTIONS
from training.segments import RATE, Segments
from training.settings import TrainSettings

FACTS: Final = "run.json"
STATE: Final = "trainer_state.json"
WEIGHTS: Final = "model.safetensors"
RARE: Final = (
    "tess_share",
    "smoothing",
    "balance",
    "augment",
    "freeze",
    "freeze_layers",
    "layer_decay",
    "patience",
    "width",
    "layers",
)
"""Settings that stand in a command only where they are not as usual."""


class RunError(TrainingError):
    """The run directory does not hold what is needed; the message says what to do."""


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What a card says about how a model came about.

    Attributes:
        command: gives the same run again, a line each for the run it goes on from, its teachers
            and itself.
        base: ``compact`` or the checkpoint that was fine-tuned; of a run that goes on from another
            run's model, what that one began with.
        seed: of weights, order and augmentation.
        epochs: passes over the segments.
        hours: of segments learned from, noise included.
        corpus_hours: the speech of it, per corpus.
        languages: of the speech.
        learn_segments: how many there were to learn from.
        check_segments: how many there were to validate on.
        minutes: that training took, where known (of the last stretch of a run that was continued).
    """

    command: str
    base: str
    seed: int
    epochs: float
    hours: float
    corpus_hours: dict[str, float]
    languages: tuple[str, ...]
    learn_segments: int
    check_segments: int
    minutes: float | None


def checkpoints(run: Path) -> list[Path]:
    """The complete checkpoints of a run, oldest first; the chosen ``best`` last, if it is there.

    Raises:
        RunError: there are none.
    """
    steps = [
        folder
        for folder in run.glob("checkpoint-*")
        if (folder / STATE).exists() and (folder / WEIGHTS).exists()
    ]
    found = sorted(steps, key=lambda folder: int(folder.name.split("-")[1]))
    if (run / "best" / WEIGHTS).exists():
        found.append(run / "best")
    if not found:
        raise RunError(f"{run} holds no complete checkpoint: start it with `vivavoz-train fit`")
    return found


def write_facts(settings: TrainSettings, learn: Segments, check: Segments) -> RunFacts:
    """Describe a run in its own folder, for the card."""
    state = _state(settings.out)
    seconds = [row["train_runtime"] for row in state["log_history"] if "train_runtime" in row]
    facts = RunFacts(
        command=command(replace(settings, epochs=state["num_train_epochs"])),
        base=before.base if (before := _before(settings)) else settings.base,
        seed=settings.seed,
        epochs=round(float(state["epoch"]), 2),
        hours=round(learn.hours, 4),
        corpus_hours=corpus_hours(learn),
        languages=tuple(sorted({c.language for c in learn.clips if c.language})),
        learn_segments=len(learn),
        check_segments=len(check),
        minutes=round(seconds[-1] / 60, 1) if seconds else None,
    )
    (settings.out / FACTS).write_text(json.dumps(asdict(facts), indent=2) + "\n")
    return facts


def read_facts(run: Path) -> RunFacts | None:
    """What `write_facts` wrote; None where it did not."""
    path = run / FACTS
    if not path.exists():
        return None
    row = json.loads(path.read_text())
    return RunFacts(**{**row, "languages": tuple(row["languages"])})


def command(settings: TrainSettings) -> str:
    """The command lines that lead to this run, itself last; folders are the reader's."""
    before = _before(settings)
    lines = [before.command] if before else []
    lines += [facts.command for folder in settings.teachers if (facts := read_facts(folder.parent))]
    base = settings.base
    if before:
        base = f"{Path(base).parent.name}/best"
    elif base.endswith(".onnx"):
        base = Path(base).name
    words = [f"vivavoz-train fit --speech {settings.speech.name}"]
    if settings.sounds:
        words.append(f"--sounds {settings.sounds.name}")
    words.append(f"--base {base} --epochs {settings.epochs:g} --batch {settings.batch}")
    words.append(f"--rate {settings.rate:g} --mixup {settings.mixup:g} --seed {settings.seed}")
    usual = TrainSettings(speech=settings.speech, out=settings.out)
    for name in RARE:
        value = getattr(settings, name)
        if value != getattr(usual, name):
            words.append(f"--{name.replace('_', '-')} {value}")
    if settings.teachers:
        words.append("--teachers " + " ".join(f"{f.parent.name}/best" for f in settings.teachers))
    return "\n".join([*lines, " ".join(words)])


def _before(settings: TrainSettings) -> RunFacts | None:
    """Of the run whose model this one begins with; None where it begins with anything else."""
    return read_facts(Path(settings.base).parent)


def corpus_hours(segments: Segments) -> dict[str, float]:
    """Hours of speech segments per corpus, by name."""
    hours: dict[str, float] = {}
    for i, cut in enumerate(segments.cuts):
        clip = segments.clip(i)
        if clip.label in EMOTIONS:
            hours[clip.corpus] = hours.get(clip.corpus, 0.0) + cut.length / RATE / 3600
    return {name: round(hours[name], 4) for name in sorted(hours)}


def _state(run: Path) -> dict[str, Any]:
    """The Trainer's state: of the finished run, else of its last checkpoint."""
    for folder in (run, *reversed([c for c in checkpoints(run) if c.name != "best"])):
        if (folder / STATE).exists():
            state: dict[str, Any] = json.loads((folder / STATE).read_text())
            return state
    raise RunError(f"{run} holds no {STATE}: was it written by `vivavoz-train fit`?")
