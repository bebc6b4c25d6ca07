"""The model that is measured: a flag, and what a report says of it."""

from __future__ import annotations

import argparse

from bench.errors import BenchError
from classifier import DEFAULT_MODEL, Classifier, ClassifierError, open_classifier


def add_model_flag(command: argparse.ArgumentParser) -> None:
    """Add ``--model``."""
    command.add_argument(
        "--model",
        default=DEFAULT_MODEL,
        help="a model directory, or a model of the local Hugging Face cache as owner/name "
        "(default: the bundled one)",
    )


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
