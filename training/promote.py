"""Promotion: a candidate that passes the gate becomes what a model store serves."""

from __future__ import annotations

import logging
from pathlib import Path

from classifier import ModelStore
from training.gate import Comparison, compare
from training.retrain_settings import MARGIN
from training.segments import Segments

log = logging.getLogger(__name__)


def promote(
    candidate: Path, store: ModelStore, segments: Segments, *, margin_allowed: float = MARGIN
) -> Comparison:
    """Compare a candidate with what serves, and let it serve only if it is not worse.

    Servers that follow the store take it over by themselves.

    Args:
        candidate: a model directory with canaries.
        store: whose current version it is compared with.
        segments: the fixed test set.
        margin_allowed: see `training.gate`.

    Returns:
        What was compared; it `passes` where the candidate was promoted.

    Raises:
        GateError: the two cannot be compared.
        classifier.StoreError: the candidate cannot be stored, or another version serves by now.
        classifier.ClassifierError: one of them cannot be opened.
    """
    serving = store.pointer().current
    compared = compare(
        candidate, store.version_folder(serving), segments, margin_allowed=margin_allowed
    )
    if compared.passes:
        store.promote(store.add(candidate), instead_of=serving)
        log.info("%s serves in %s", compared.candidate, store.folder)
    else:
        log.warning("%s goes on serving in %s", serving, store.folder)
    return compared
