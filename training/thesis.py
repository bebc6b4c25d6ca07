"""The recipe of the thesis that this project began with, on the same split, to stand beside.

Whole recordings as they are (no segmenter, silence and all), cross-entropy alone: no augmentation,
no class balance, no smoothing, no seventh output to learn, no calibration. The thesis fine-tuned
`facebook/wav2vec2-base`; with ``base="compact"`` the network is this project's small one from
random weights, since the pretrained one cannot be had without a network. Two things are not the
thesis's: speakers are apart (it split at random), and batches are cropped to one length instead of
padded (padding alone changes what such a network answers).

A random split of the same recordings is another training; it says how much of the thesis's figure
was knowing the speaker.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from transformers import Wav2Vec2ForSequenceClassification, set_seed

from training.answers import asked, speech_rows
from training.band_sharing import ShareBands
from training.base import build_model, build_optimizer, feature_extractor
from training.choose import logits
from training.compact import shared_convolutions
from training.dataset import Collator, SegmentDataset
from training.manifest import EMOTIONS, LABELS, Clip, read_speech
from training.measured import Rival
from training.recordings import Recordings, whole
from training.rivals import rival, write_rivals
from training.segments import Cut, Segments
from training.settings import TrainSettings
from training.sexes import read_sexes
from training.splits import select
from training.train import (
    SegmentTrainer,
    TrainOrCheck,
    arguments_of,
    last_whole,
    score,
    soft_cross_entropy,
)

log = logging.getLogger(__name__)

NAME: Final = "the thesis's recipe"
RANDOM: Final = "random-split"


def thesis(
    settings: TrainSettings, splits: tuple[str, ...], *, random_split: bool = False
) -> dict[str, Rival]:
    """Train by the thesis's recipe into ``settings.out``, measure, and keep ``rival.json`` there.

    It goes on where it was stopped.

    Args:
        settings: of the run; augmentation, mix-up and noises have no effect.
        splits: to measure on; weights are chosen on validation.
        random_split: whether to train once more, in a folder of its own below, on recordings that
            are dealt out at random whoever speaks, and to say what that would report of the last
            of the splits.
    """
    parts = {split: whole_clips(settings, split) for split in ("train", "validation", *splits)}
    rivals = reached(settings, parts, splits)
    write_rivals(settings.out, rivals)
    if random_split:
        last = splits[-1]
        shuffled = dealt(parts, settings)
        inflated = reached(replace(settings, out=settings.out / RANDOM), shuffled, (last,))[last]
        rivals[last] = rivals[last].model_copy(update={"shuffled": inflated.pooled})
        write_rivals(settings.out, rivals)
    return rivals


def reached(
    settings: TrainSettings, parts: Mapping[str, Segments], splits: Sequence[str]
) -> dict[str, Rival]:
    """Train on ``train``, choose on ``validation``, measure on each of the splits."""
    set_seed(settings.seed)
    best = fit(settings, parts["train"], parts["validation"])
    model = Wav2Vec2ForSequenceClassification.from_pretrained(best).eval()
    sexes = read_sexes(settings.speech)
    rivals = {}
    for split in splits:
        part = parts[split]
        guess = logits(model, part)[:, : len(EMOTIONS)].argmax(1)
        about = asked(part, speech_rows(part), sexes)
        rivals[split] = rival(NAME, description(settings), about, guess)
        log.info("%s: %s: UAR %.3f", settings.out, split, rivals[split].pooled.uar)
    return rivals


def dealt(parts: Mapping[str, Segments], settings: TrainSettings) -> dict[str, Segments]:
    """The recordings of all parts, dealt out anew: each part has as many of each corpus and emotion
    as before, whoever speaks.
    """
    rng = np.random.default_rng(settings.seed)
    groups: dict[tuple[str, str], list[Clip]] = defaultdict(list)
    for part in parts.values():
        for clip in part.clips:
            groups[clip.corpus, clip.label].append(clip)
    decks = {key: [group[i] for i in rng.permutation(len(group))] for key, group in groups.items()}
    cache = settings.out.parent / "cache"
    return {
        split: uncut(whole([decks[clip.corpus, clip.label].pop() for clip in part.clips], cache))
        for split, part in parts.items()
    }


def description(settings: TrainSettings) -> str:
    """How it was made, for a report."""
    network = (
        "this project's compact network from random weights (the thesis's wav2vec2-base needs "
        "pretrained weights, which were not at hand)"
        if settings.base == "compact"
        else f"{settings.base}, fine-tuned"
    )
    return (
        f"whole raw recordings, no segmenter, no augmentation, no calibration, plain "
        f"cross-entropy; {network}; {settings.epochs:g} epochs, best epoch on validation. Measured "
        "on whole recordings."
    )


def whole_clips(settings: TrainSettings, split: str) -> Segments:
    """The recordings of a split, each as one segment."""
    clips = select(read_speech(settings.speech), split, settings.tess_share)
    return uncut(whole(clips, settings.out.parent / "cache"))


def uncut(recordings: Recordings) -> Segments:
    """Each recording as a segment."""
    starts = [0, *recordings.ends[:-1].tolist()]
    cuts = [
        Cut(
            clip=i,
            label=LABELS.index(clip.label),
            offset=start,
            length=int(recordings.ends[i]) - start,
            voiced_ms=0,
            snr_db=0.0,
            clipped=0.0,
        )
        for i, (clip, start) in enumerate(zip(recordings.clips, starts, strict=True))
    ]
    return Segments(recordings.clips, cuts, recordings.samples)


def fit(settings: TrainSettings, learn: Segments, check: Segments) -> Path:
    """Train, or go on; the folder of the epoch that is best on validation."""
    model = build_model(settings)
    trainer = SegmentTrainer(
        model=model,
        args=arguments_of(settings),
        data_collator=TrainOrCheck(Collator(smoothing=0.0, mixup=0.0, crop=0.0)),
        train_dataset=SegmentDataset(learn, None, "none"),
        eval_dataset=SegmentDataset(check),
        compute_metrics=score,
        compute_loss_func=soft_cross_entropy,
        callbacks=[ShareBands(shared_convolutions(model))],
        optimizers=(build_optimizer(model, settings), None),
        processing_class=feature_extractor(model),
    )
    trainer.train(resume_from_checkpoint=last_whole(settings.out))
    best = settings.out / "best"
    trainer.save_model(str(best))
    return best
