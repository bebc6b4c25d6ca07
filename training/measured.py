"""What is measured of a model, as ``report.json`` holds it. Older reports lack the later fields."""

from __future__ import annotations

from pydantic import BaseModel

from training.bootstrap import Intervals, Margin
from training.confidence import Bin
from training.metrics import Figures, Interval, Selective


class NonSpeech(BaseModel):
    """What the whole chain (segmenter, model, thresholds) makes of recordings without speech.

    Attributes:
        files: how many recordings.
        minutes: of audio.
        segments: that the segmenter let through.
        labelled: that were given an emotion.
        labels_per_minute: emotions a minute of non-speech.
        reasons: why the others were not.
    """

    files: int
    minutes: float
    segments: int
    labelled: int
    labels_per_minute: float
    reasons: dict[str, int]


class Spread(BaseModel):
    """How much it matters who speaks: per speaker with at least `LEAST` segments.

    Attributes:
        speakers: how many were counted.
        lowest: accuracy of the worst understood.
        quarter: a quarter of them have less.
        median: half of them have less.
        three_quarters: a quarter of them have more.
        highest: accuracy of the best understood.
    """

    speakers: int
    lowest: float
    quarter: float
    median: float
    three_quarters: float
    highest: float


class SpeechFigures(BaseModel):
    """What the model makes of speech segments. Accuracy, UAR, F1 and the confusion matrix count
    the likeliest emotion of every segment, whether it would be shown or not.

    Attributes:
        pooled: over all corpora.
        uar_interval: of the pooled UAR, over speakers.
        intervals: of the pooled accuracy, UAR and macro-F1, over speakers.
        corpora: each by itself.
        corpus_intervals: of those with several speakers.
        sexes: F and M, where the manifest says.
        languages: by tag.
        speakers: spread of accuracy; of all corpora.
        labels: of rows and columns of `confusion`.
        confusion: counts, a row for what was said, a column for what was answered.
        corpus_confusions: the same by corpus.
        recalls: of each emotion that was said.
        calibration_error: expected, 15 bins.
        counting_error: how much of that a perfectly calibrated model would show by chance.
        reliability: those bins.
        answered: share that gets a label by all rules.
        answered_accuracy: of those.
        uncertain: share held back as uncertain, of those that no other rule holds back.
        at_coverage: accuracy where the surest 70 % are answered.
        risk_coverage: accuracy where the surest 5, 10 ... 100 % are.
        reasons: how many were held back, and why.
    """

    pooled: Figures
    uar_interval: Interval
    intervals: Intervals | None = None
    corpora: dict[str, Figures]
    corpus_intervals: dict[str, Intervals] = {}
    sexes: dict[str, Figures] = {}
    languages: dict[str, Figures] = {}
    speakers: Spread | None = None
    labels: tuple[str, ...]
    confusion: list[list[int]]
    corpus_confusions: dict[str, list[list[int]]] = {}
    recalls: dict[str, float] = {}
    calibration_error: float
    counting_error: float | None = None
    reliability: list[Bin] = []
    answered: float
    answered_accuracy: float | None
    uncertain: float
    at_coverage: Selective
    risk_coverage: list[Selective] = []
    reasons: dict[str, int]


class Heard(BaseModel):
    """Recordings in one noise at one level, through the whole chain.

    Attributes:
        clips: recordings that noise was added to.
        missed: share of them in which the segmenter found no speech.
        uar: of those it found, the likeliest emotion counted as everywhere.
        accuracy: of those.
        uar_missed_wrong: UAR where a missed recording counts as a wrong answer.
        answered: share of all clips that get a label.
        answered_accuracy: of those.
        uncertain: share of all clips held back as uncertain.
        too_noisy: share held back as too noisy.
        no_speech: share held back as no speech.
    """

    clips: int
    missed: float
    uar: float
    accuracy: float
    uar_missed_wrong: float
    answered: float
    answered_accuracy: float | None
    uncertain: float
    too_noisy: float
    no_speech: float


class Noisy(BaseModel):
    """The same recordings without noise, and with it.

    Attributes:
        clips: recordings taken, out of how many.
        of: that the split holds.
        clean: without noise.
        kinds: by kind of noise, by SNR in dB.
        mean: averaged over the kinds, by SNR in dB.
        mean_before: the same where the noise was there five seconds before the recording.
    """

    clips: int
    of: int
    clean: Heard
    kinds: dict[str, dict[int, Heard]]
    mean: dict[int, Heard]
    mean_before: dict[int, Heard] = {}


class Duration(BaseModel):
    """Segments of one length.

    Attributes:
        seconds: how long.
        segments: how many.
        joined: share of them put together from several segments of one speaker and emotion.
        uar: of the likeliest emotion.
        accuracy: of it.
        answered: share that gets a label.
    """

    seconds: float
    segments: int
    joined: float
    uar: float
    accuracy: float
    answered: float


class Shift(BaseModel):
    """Segments cut a little later.

    Attributes:
        samples: how much later, at 16 kHz.
        segments: how many.
        mean: by how much the score that moves most moves, 0 to 1.
        largest: of these.
        changed: share of them with another verdict.
    """

    samples: int
    segments: int
    mean: float
    largest: float
    changed: float


class Rival(BaseModel):
    """Another way of doing it, on the same segments.

    Attributes:
        name: for tables.
        what: how it was made.
        pooled: over all corpora.
        intervals: over speakers.
        corpora: each by itself.
        sexes: F and M.
        languages: by tag.
        recalls: of each emotion.
        validation_uar: by which its settings were chosen; None where nothing was chosen.
        margin: how much higher the UAR of the model of this report is.
        shuffled: figures where speakers are shared between learning and testing; inflated.
    """

    name: str
    what: str
    pooled: Figures
    intervals: Intervals
    corpora: dict[str, Figures]
    sexes: dict[str, Figures]
    languages: dict[str, Figures]
    recalls: dict[str, float]
    validation_uar: float | None = None
    margin: Margin | None = None
    shuffled: Figures | None = None


class HeldOut(BaseModel):
    """A corpus that a recipe was measured on and never heard.

    Attributes:
        corpus: its name.
        figures: on all of it.
        uar_interval: over speakers.
        calibration_error: expected, 15 bins.
        answered: share that gets a label.
        answered_accuracy: of those.
    """

    corpus: str
    figures: Figures
    uar_interval: Interval
    calibration_error: float
    answered: float
    answered_accuracy: float | None


class SplitReport(BaseModel):
    """One split.

    Attributes:
        speech: figures on speech segments.
        clips: recordings of speech.
        clips_without_segment: of those, where the segmenter found none long enough to judge.
        hours: of speech segments.
        non_speech: figures on noise.
        noisy: figures on speech in noise; None where it was not measured.
        durations: by length of segment.
        shifts: by how much later segments are cut.
        rivals: what else was measured on the same segments.
    """

    speech: SpeechFigures
    clips: int
    clips_without_segment: int
    hours: float
    non_speech: NonSpeech | None
    noisy: Noisy | None = None
    durations: list[Duration] = []
    shifts: list[Shift] = []
    rivals: list[Rival] = []
