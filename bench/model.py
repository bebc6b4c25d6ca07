"""The model that is measured: a flag, and what a report says of it."""

from __future__ import annotations

import argparse
from pathlib import Path

from bench.errors import BenchError
from bench.random_base import FOLDER, NAME, random_base
from classifier import DEFAULT_MODEL, Classifier, ClassifierError, open_classifier
from classifier.source import find_model


def add_model_flag(command: argparse.ArgumentParser) -> None:
    """Add ``--model``."""
    command.add_argument(
        "--model",
        default=DEFAULT_MODEL,
        type=named_model,
        help="a model directory, or a model of the local Hugging Face cache as owner/name; "
        f"{NAME} is one of the size of wav2vec2-base with random weights, made in {FOLDER} when "
        "it is first asked for (default: the bundled one)",
    )


def named_model(source: str) -> str:
    """The model that a name means: itself, but for `random_base.NAME`.

    Raises:
        BenchError: that one cannot be made.
    """
    return str(random_base()) if source == NAME else source


def model_folder(source: str) -> Path:
    """Where a model is.

    Raises:
        BenchError: nowhere.
    """
    try:
        return find_model(source).folder
    except ClassifierError as error:
        raise BenchError(str(error)) from error


def open_model(source: str) -> Classifier:
    """A model as `vivavoz serve` has it, one thread.

    Raises:
        BenchError: it cannot be opened.
    """
    try:
        classifier = open_classifier(source)
        classifier.warm_up()
    except ClassifierError as error:
        raise BenchError(str(error)) from error
    return classifier


def describe(classifier: Classifier) -> str:
    """Name, version and runtime, for the head of a report."""
    return f"{classifier.name} {classifier.version} ({classifier.runtime})"
