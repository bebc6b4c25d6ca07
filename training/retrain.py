"""Retraining: the model that serves learns from corrections, and takes over if it is not worse."""

from __future__ import annotations

import hashlib
import logging
import shutil
from dataclasses import replace
from typing import Final

from classifier import Classifier, Description, ModelStore, open_classifier
from training.answers import speech_rows
from training.canary import write_canaries
from training.card import write_card
from training.corrections import Correction, mix_sounds, mix_speech, read_corrections, usable
from training.errors import TrainingError
from training.export import DESCRIPTION
from training.gate import Comparison
from training.manifest import LABELS
from training.pack import facts_of, pack, sound_sets
from training.promote import promote
from training.report import read_report
from training.retrain_settings import RetrainSettings
from training.settings import TrainSettings
from training.splits import load_segments
from training.train import train

log = logging.getLogger(__name__)

CONFIG: Final = "config.json"


class RetrainError(TrainingError):
    """There is nothing to retrain on, or with; the message says what to do."""


def retrain(settings: RetrainSettings) -> Comparison:
    """Fine-tune the model that serves on corrections among what it learned from; promote it if it
    is not worse on the test split, which holds no correction.

    A retraining that was stopped goes on when it is called again with the same corrections. What
    it decoded of the recordings goes at the end: who withdraws one withdraws it from there too.

    Returns:
        The comparison; it `passes` where the candidate was promoted.

    Raises:
        RetrainError: there are no corrections, the model that serves has other outputs, the folder
            is a model and no store, or the manifest has nobody to compare the two models on.
        classifier.ClassifierError: the store is none, or its model cannot be opened.
    """
    if (settings.store / CONFIG).is_file():
        raise RetrainError(
            f"{settings.store} is one model; retraining replaces the model of a store. Make one: "
            f"vivavoz model install {settings.store} --model models/serving, "
            "and name it with --base models/serving"
        )
    store = ModelStore(settings.store)
    serving_folder = store.current_folder()
    serving = open_classifier(serving_folder)
    if set(serving.outputs) != set(LABELS):
        raise RetrainError(
            f"{serving.name} has the outputs {', '.join(serving.outputs)}; only one with "
            f"{', '.join(LABELS)} can be retrained"
        )
    corrections = usable(read_corrections(settings.feedback), settings.train.speech)
    if not corrections:
        raise RetrainError(f"{settings.feedback} holds no correction to learn from yet")
    run = settings.train.out / run_name(settings, serving, corrections)
    tuned = replace(
        settings.train,
        speech=mix_speech(settings.train.speech, corrections, settings.weight, run / "speech.csv"),
        sounds=mix_sounds(settings.train.sounds, corrections, run / "sounds.csv"),
        base=str(serving_folder),
        out=run / "run",
    )
    # Of the manifest that was given: nothing that people sent is measured on. Before the training:
    # who has nobody to measure on need not wait for it.
    test = load_segments(replace(settings.train, out=run / "run"), "test")
    if not speech_rows(test):
        raise RetrainError(
            f"{settings.train.speech} holds no speech in its test split: there is nobody to "
            "compare both models on. `vivavoz-train manifest` makes splits by whole speakers"
        )
    log.info("%d corrections, each %d times an epoch", len(corrections), settings.weight)
    train(tuned)
    pack(tuned, settings.candidate)
    sign(settings, tuned, serving)
    compared = promote(settings.candidate, store, test, margin_allowed=settings.margin)
    shutil.rmtree(run / "cache", ignore_errors=True)
    return compared


def run_name(settings: RetrainSettings, serving: Classifier, corrections: list[Correction]) -> str:
    """Tells a retraining that was stopped from one on other corrections, which starts anew."""
    t = settings.train
    parts = [
        serving.version,
        *(f"{one.path.name} {one.label} {one.speaker}" for one in corrections),
        f"{settings.weight} {t.epochs} {t.rate} {t.batch} {t.seed} {t.tess_share}",
        t.speech.read_text(encoding="utf-8"),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def sign(settings: RetrainSettings, tuned: TrainSettings, serving: Classifier) -> None:
    """Give the candidate the name of the model that it comes from, a card that says so, canaries.

    Nothing in it names a recording or a folder of this machine.
    """
    folder = settings.candidate
    path = folder / DESCRIPTION
    old = Description.model_validate_json(path.read_bytes())
    named = old.model_copy(update={"name": serving.name})
    path.write_text(named.model_dump_json(indent=2) + "\n", encoding="utf-8")
    report = read_report(folder)
    if report is None:
        raise RetrainError(f"{folder} has no report.json: was it changed meanwhile?")
    report = report.model_copy(update={"name": serving.name})
    report.save(folder)
    base = f"{serving.name} {serving.version}"
    facts = replace(facts_of(tuned), base=base, command=command(settings))
    write_card(folder, report, facts, sounds=sound_sets(settings.train.sounds))
    write_canaries(folder)


def command(settings: RetrainSettings) -> str:
    """The command line that does this again; folders are left to the reader."""
    t = settings.train
    sounds = f" --sounds {t.sounds.name}" if t.sounds else ""
    return (
        f"vivavoz-train retrain --feedback {settings.feedback.name} --speech {t.speech.name}"
        f"{sounds} --epochs {t.epochs:g} --rate {t.rate:g} --seed {t.seed} "
        f"--weight {settings.weight}"
    )
