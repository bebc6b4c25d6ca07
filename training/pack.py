"""From a finished run to a model directory: choose, export, calibrate, evaluate, describe."""

from __future__ import annotations

import csv
import logging
from pathlib import Path

import numpy as np

from classifier import NO_SPEECH, open_classifier
from training.calibrate import Fitted, calibrate
from training.canary import write_canaries
from training.card import write_card
from training.choose import choose
from training.evaluate import evaluate
from training.export import export, write_calibration
from training.manifest import EMOTIONS, SPLITS
from training.report import Report, read_report
from training.run import RunError, RunFacts, read_facts, write_facts
from training.segments import Segments
from training.settings import TrainSettings
from training.splits import load_segments

log = logging.getLogger(__name__)


def pack(settings: TrainSettings, folder: Path, *, splits: tuple[str, ...] = SPLITS[1:]) -> Report:
    """Make a whole model directory of the run in ``settings.out``.

    Args:
        settings: of the run.
        folder: the model directory.
        splits: to measure on; validation alone while choices are still made.
    """
    export_run(settings, folder)
    write_canaries(folder)
    report = evaluate(folder, settings, splits)
    report.save(folder)
    describe(settings, folder)
    for split, measured in report.splits.items():
        speech = measured.speech
        if speech.uar_interval.low <= speech.pooled.chance_uar:
            log.warning("%s on %s is no better than chance: do not serve it", folder, split)
    return report


def export_run(settings: TrainSettings, folder: Path) -> Fitted:
    """Export the run's best weights and calibrate the graph on validation.

    Raises:
        RunError: the run holds no complete checkpoint.
        ExportError: it cannot be exported.
    """
    check = load_segments(settings, "validation")
    choice = choose(settings.out, check)
    log.info("taking %s of %s", choice.folder.name, choice.uar)
    export(choice.folder, folder)
    fitted = calibrate_model(folder, check)
    log.info("%s", fitted)
    return fitted


def calibrate_model(folder: Path, check: Segments) -> Fitted:
    """Fit the calibration of an exported model, through the runtime that serves, and store it."""
    classifier = open_classifier(folder)
    columns = [classifier.outputs.index(name) for name in EMOTIONS]
    columns += [i for i, name in enumerate(classifier.outputs) if name == NO_SPEECH]
    speech = [i for i in range(len(check)) if check.clip(i).label in EMOTIONS]
    logits = np.stack([classifier.logits(check.pcm(i))[columns] for i in speech])
    truth = np.array([check.cuts[i].label for i in speech])
    fitted = calibrate(logits, truth, len(EMOTIONS))
    write_calibration(folder, fitted.calibration)
    return fitted


def describe(settings: TrainSettings, folder: Path) -> None:
    """Write the card and licence of a model directory that has been evaluated.

    Raises:
        RunError: it has no report yet.
    """
    report = read_report(folder)
    if report is None:
        raise RunError(f"{folder} has no report.json: run `vivavoz-train evaluate` first")
    write_card(folder, report, facts_of(settings), sounds=sound_sets(settings.sounds))


def facts_of(settings: TrainSettings) -> RunFacts:
    """What the run wrote of itself; else what its checkpoints and these settings tell."""
    facts = read_facts(settings.out)
    if facts:
        return facts
    learn, check = load_segments(settings, "train"), load_segments(settings, "validation")
    return write_facts(settings, learn, check)


def sound_sets(sounds: Path | None) -> tuple[str, ...]:
    """The sets of noises and room responses that a CSV of sounds lists."""
    if sounds is None:
        return ()
    with sounds.open(newline="", encoding="utf-8") as file:
        return tuple(
            sorted({r["set"] for r in csv.DictReader(file) if r["kind"] in ("noise", "rir")})
        )
