"""Speech in noise through the whole chain: noise is added before the segmenter, as life does it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from classifier import Classifier, Verdict
from training.answers import speech_rows
from training.augment import Wave
from training.manifest import EMOTIONS
from training.measured import Heard, Noisy
from training.noises import Kind, NoiseMaker, as_wave, noise_of, rms, voices_of
from training.recordings import Recordings
from training.segments import LEAST_MS, RATE, Segments, cut
from vad import Segment, VadSettings

log = logging.getLogger(__name__)

SNR_DB: Final = (20, 10, 5, 0)
BEFORE_S: Final = 5
"""How long the noise lasts before the recording, where it does: the segmenter's noise floor looks
back four seconds, and noise that passes for speech becomes part of the segment."""
BEFORE_SNR_DB: Final = (10, 0)
FULL: Final = 0.99
MISSED: Final = "missed"


@dataclass(frozen=True, slots=True)
class Speech:
    """A recording that the segmenter finds speech in.

    Attributes:
        truth: index into `EMOTIONS`.
        speaker: who.
        wave: of the whole recording, ±1.
        spans: of the segments cut from it, samples.
        level: RMS of the segments.
    """

    truth: int
    speaker: str
    wave: Wave
    spans: list[tuple[int, int]]
    level: float


@dataclass(frozen=True, slots=True)
class Condition:
    """A kind of noise, the speech's level over its (dB), and for how long (s) it was there before
    the recording began.
    """

    kind: Kind
    snr: int
    before: int


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of a recording: the likeliest emotion (-1 where nothing was found), and the
    reason why it is not shown ("" where it is).
    """

    guess: int
    reason: str


def measure_noise(
    classifier: Classifier, segments: Segments, recordings: Recordings, clips: int
) -> Noisy:
    """Measure a split's recordings in all kinds of noise.

    Args:
        classifier: whose chain it is.
        segments: of the split.
        recordings: the split's clips, in the same order, whole.
        clips: how many recordings to take at most, evenly over corpora and emotions.
    """
    maker = NoiseMaker(noise_of(recordings), voices_of(segments))
    found = {segments.cuts[i].clip for i in speech_rows(segments)}
    chosen = evenly(segments, sorted(found), clips)
    conditions = [
        Condition(kind, snr, before)
        for before, levels in ((0, SNR_DB), (BEFORE_S, BEFORE_SNR_DB))
        for kind in maker.kinds
        for snr in levels
    ]
    truths: list[int] = []
    clean: list[Reply] = []
    noisy: dict[Condition, list[Reply]] = {condition: [] for condition in conditions}
    for done, i in enumerate(chosen):
        speech = speech_of(recordings, i)
        truths.append(speech.truth)
        clean.append(reply(classifier, speech, np.zeros_like(speech.wave)))
        total = BEFORE_S * RATE + len(speech.wave)
        noises = {
            kind: maker.make(kind, total, speech.speaker, np.random.default_rng([i, number]))
            for number, kind in enumerate(maker.kinds)
        }
        for condition, replies in noisy.items():
            gain = np.float32(speech.level * 10 ** (-condition.snr / 20))
            noise = noises[condition.kind][(BEFORE_S - condition.before) * RATE :] * gain
            replies.append(reply(classifier, speech, noise))
        if (done + 1) % 200 == 0:
            log.info("in noise: %d of %d recordings", done + 1, len(chosen))
    figures = {condition: heard(truths, replies) for condition, replies in noisy.items()}
    return Noisy(
        clips=len(chosen),
        of=len(found),
        clean=heard(truths, clean),
        kinds={
            kind: {snr: figures[Condition(kind, snr, 0)] for snr in SNR_DB} for kind in maker.kinds
        },
        mean={
            snr: mean([figures[Condition(kind, snr, 0)] for kind in maker.kinds]) for snr in SNR_DB
        },
        mean_before={
            snr: mean([figures[Condition(kind, snr, BEFORE_S)] for kind in maker.kinds])
            for snr in BEFORE_SNR_DB
        },
    )


def evenly(segments: Segments, clips: list[int], most: int) -> list[int]:
    """At most so many of the clips, evenly over corpora, emotions and speakers."""
    if len(clips) <= most:
        return clips

    def place(i: int) -> tuple[str, str, str, int]:
        clip = segments.clips[i]
        return clip.corpus, clip.label, clip.speaker, i

    ordered = sorted(clips, key=place)
    picked = np.linspace(0, len(ordered) - 1, most).round().astype(int)
    return [ordered[i] for i in picked]


def speech_of(recordings: Recordings, i: int) -> Speech:
    """Recording `i`, which holds at least one segment."""
    clip, pcm = recordings.clips[i], recordings.pcm(i)
    spans = [
        (segment.start_ms * RATE // 1000, segment.end_ms * RATE // 1000)
        for segment in long_enough(pcm)
    ]
    wave = as_wave(pcm)
    level = rms(np.concatenate([wave[start:end] for start, end in spans]))
    return Speech(EMOTIONS.index(clip.label), clip.speaker, wave, spans, level)


def long_enough(pcm: npt.NDArray[np.int16]) -> list[Segment]:
    """The segments that count, as everywhere."""
    return [s for s in cut(pcm, VadSettings()) if s.voiced_ms >= LEAST_MS]


def reply(classifier: Classifier, speech: Speech, noise: Wave) -> Reply:
    """What the chain says to a recording in a noise that ends with it and may begin before it."""
    segment = cut_in_noise(speech, noise)
    if segment is None:
        return Reply(-1, MISSED)
    verdict = verdict_on(classifier, segment)
    return Reply(likeliest(verdict), verdict.reason or "")


def cut_in_noise(speech: Speech, noise: Wave) -> Segment | None:
    """The segment of a recording in noise that holds most of its speech; None where none does."""
    lead = len(noise) - len(speech.wave)
    mixed = noise.copy()
    mixed[lead:] += speech.wave
    peak = float(np.abs(mixed).max())
    if peak > FULL:  # nobody would set a microphone so that it clips all the time
        mixed *= np.float32(FULL / peak)
    pcm = np.rint(mixed * 32767).astype(np.int16)
    return most_of(long_enough(pcm), [(lead + a, lead + b) for a, b in speech.spans])


def verdict_on(classifier: Classifier, segment: Segment) -> Verdict:
    """The verdict on a segment, with all that the server knows of it."""
    return classifier.classify(
        segment.pcm,
        voiced_ms=segment.voiced_ms,
        snr_db=segment.snr_db,
        clipped=segment.clipped,
    )


def most_of(segments: Sequence[Segment], spans: Sequence[tuple[int, int]]) -> Segment | None:
    """The segment with the most samples of the spans; None where none has `LEAST_MS` of them."""
    best, most = None, LEAST_MS * RATE // 1000 - 1
    for segment in segments:
        start, end = segment.start_ms * RATE // 1000, segment.end_ms * RATE // 1000
        shared = sum(max(0, min(end, b) - max(start, a)) for a, b in spans)
        if shared > most:
            best, most = segment, shared
    return best


def likeliest(verdict: Verdict) -> int:
    """The emotion with the highest score, shown or not."""
    return int(np.argmax([verdict.scores.get(name, 0.0) for name in EMOTIONS]))


def heard(truths: Sequence[int], replies: Sequence[Reply]) -> Heard:
    """The figures of one condition."""
    truth = np.array(truths)
    guess = np.array([r.guess for r in replies])
    reasons = np.array([r.reason for r in replies])
    found, shown, right = guess >= 0, reasons == "", guess == truth

    def share(reason: str) -> float:
        return float((reasons == reason).mean())

    return Heard(
        clips=len(truth),
        missed=share(MISSED),
        uar=mean_recall(truth[found], guess[found]),
        accuracy=float(right[found].mean()) if found.any() else 0.0,
        uar_missed_wrong=mean_recall(truth, guess),
        answered=float(shown.mean()),
        answered_accuracy=float(right[shown].mean()) if shown.any() else None,
        uncertain=share("uncertain"),
        too_noisy=share("too_noisy"),
        no_speech=share("no_speech"),
    )


def mean_recall(truth: npt.NDArray[np.int64], guess: npt.NDArray[np.int64]) -> float:
    """UAR, where a guess may be none of the emotions; 0 of nothing."""
    each = [float((guess[truth == i] == i).mean()) for i in np.unique(truth)]
    return float(np.mean(each)) if each else 0.0


def mean(conditions: Sequence[Heard]) -> Heard:
    """The mean of each figure over kinds of noise."""
    rows = [condition.model_dump() for condition in conditions]
    figures: dict[str, float | None] = {}
    for name in rows[0]:
        values = [row[name] for row in rows if row[name] is not None]
        figures[name] = float(np.mean(values)) if values else None
    return Heard.model_validate(figures)
