from pathlib import Path

import numpy as np
import pytest

from classifier import Verdict, open_classifier
from training.evaluate import evaluate, evaluate_split, judge, non_speech
from training.manifest import EMOTIONS, NO_SPEECH, read_noise
from training.segments import Segments, cut_clips
from training.settings import TrainSettings
from training.splits import load_segments


def test_labels_a_minute_count_all_of_the_noise(finished: TrainSettings) -> None:
    assert finished.sounds is not None
    noises = read_noise(finished.sounds)  # five files of 3 s
    verdicts = [
        Verdict("angry", None, 0.9, {}, "m"),
        Verdict(None, "no_speech", 0.9, {}, "m"),
        Verdict(None, "uncertain", 0.3, {}, "m"),
    ]
    found = non_speech(noises, verdicts)
    assert found is not None
    assert found.minutes == pytest.approx(0.25)
    assert (found.segments, found.labelled, found.labels_per_minute) == (3, 1, 4)
    assert found.reasons == {"no_speech": 1, "uncertain": 1}
    assert non_speech([], []) is None


def test_a_verdict_is_the_servers(finished: TrainSettings, model: Path) -> None:
    segments, classifier = load_segments(finished, "test"), open_classifier(model)
    cut = segments.cuts[0]
    assert judge(classifier, segments, 0) == classifier.classify(
        segments.pcm(0).tobytes(),
        voiced_ms=cut.voiced_ms,
        snr_db=cut.snr_db,
        clipped=cut.clipped,
    )


def test_evaluates_every_segment_of_a_split(finished: TrainSettings, model: Path) -> None:
    report = evaluate(model, finished, ("test",))
    split = report.splits["test"]
    segments = load_segments(finished, "test")
    speech = sum(segments.clip(i).label in EMOTIONS for i in range(len(segments)))
    assert report.runtime == "onnxruntime"
    assert report.version == open_classifier(model).version
    assert split.speech.pooled.segments == speech == np.sum(split.speech.confusion)
    assert split.speech.pooled.speakers == 2
    assert set(split.speech.corpora) == {"emodb", "ravdess"}
    assert split.clips == 24
    assert split.clips_without_segment == 0
    assert split.non_speech is not None
    assert split.non_speech.segments == len(segments) - speech
    assert split.non_speech.files == 1
    assert split.non_speech.minutes == pytest.approx(3 / 60)


def test_silent_clips_are_counted(finished: TrainSettings, model: Path, tmp_path: Path) -> None:
    whole = load_segments(finished, "test")
    first = whole.cuts[0].clip
    kept = [cut for cut in whole.cuts if cut.clip != first]
    split, _ = evaluate_split(open_classifier(model), Segments(whole.clips, kept, whole.samples))
    assert split.clips_without_segment == 1


def test_a_split_without_speech_is_refused(
    finished: TrainSettings, model: Path, tmp_path: Path
) -> None:
    assert finished.sounds is not None
    noise = cut_clips(read_noise(finished.sounds), tmp_path)
    assert {noise.clip(i).label for i in range(len(noise))} == {NO_SPEECH}
    with pytest.raises(ValueError, match="no speech segments"):
        evaluate_split(open_classifier(model), noise)
