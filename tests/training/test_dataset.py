from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import Wav2Vec2FeatureExtractor

from training.dataset import (
    LEAST_SAMPLES,
    MOST_SAMPLES,
    Collator,
    Example,
    SegmentDataset,
    balance,
    normalise,
)
from training.manifest import LABELS, Clip
from training.segments import Cut, Segments
from training.settings import TrainSettings
from training.splits import load_segments


def example(samples: int, label: int, seed: int = 0) -> Example:
    wave = np.random.default_rng(seed).standard_normal(samples).astype(np.float32)
    return {"input_values": wave, "labels": label, "weight": weights()[label]}


def weights() -> np.ndarray:
    """How much an example of each label counts here."""
    return np.linspace(0.5, 2, len(LABELS)).astype(np.float32)


@pytest.fixture(autouse=True)
def seed() -> None:
    torch.manual_seed(0)


def test_normalise_is_the_feature_extractors() -> None:
    wave = np.random.default_rng(0).uniform(-0.1, 0.3, 4000).astype(np.float32)
    extractor = Wav2Vec2FeatureExtractor(do_normalize=True)
    wanted = extractor(wave, sampling_rate=16000).input_values[0]
    np.testing.assert_allclose(normalise(wave), wanted, atol=1e-5)


def test_a_batch_has_one_length_that_no_example_is_padded_to() -> None:
    lengths = [20000, 16000, 31000]
    for _ in range(20):
        batch = Collator()([example(n, i, i) for i, n in enumerate(lengths)])
        samples = batch["input_values"].shape[1]
        assert LEAST_SAMPLES <= samples <= min(lengths)
        assert batch["input_values"].dtype == torch.float32
        assert (batch["input_values"][:, -50:].std(1) > 0.1).all()


def test_as_many_batches_as_were_asked_are_cropped_further() -> None:
    collate = Collator(mixup=0, crop=0.5)
    lengths = [collate([example(30000, 0), example(30000, 1)])["input_values"].shape[1]
               for _ in range(60)]  # fmt: skip
    assert 15 <= sum(n == 30000 for n in lengths) <= 45
    assert 18000 <= min(lengths) < 24000


def test_what_is_too_short_is_repeated() -> None:
    batch = Collator(mixup=0)([example(3000, 0)])
    wave = batch["input_values"][0]
    assert len(wave) == LEAST_SAMPLES
    torch.testing.assert_close(wave[:3000], wave[3000:6000])


def test_targets_sum_to_the_weights() -> None:
    labels = [0, 3, 6, 3]
    batch = Collator(smoothing=0.1, mixup=0)([example(16000, n, i) for i, n in enumerate(labels)])
    torch.testing.assert_close(batch["labels"].sum(1), torch.from_numpy(weights()[labels]))
    assert batch["labels"].argmax(1).tolist() == labels


def test_mixing_two_waves_mixes_their_targets_alike() -> None:
    labels = [0, 3, 6, 5]
    for _ in range(20):
        batch = Collator(smoothing=0, mixup=1)([example(16000, n, i) for i, n in enumerate(labels)])
        total = float(weights()[labels].sum())
        assert float(batch["labels"].sum()) == pytest.approx(total, rel=1e-5)
        assert (batch["labels"] > 0).sum(1).max() <= 2
        # Two independent waves of power 1, mixed by the roots of their shares, keep power 1.
        mixed = (batch["labels"] > 0).sum(1) == 2
        assert all(
            wave.std() == pytest.approx(1, abs=0.05) for wave in batch["input_values"][mixed]
        )


def test_neither_a_large_corpus_nor_a_common_emotion_drowns_the_others() -> None:
    cells = [("a", 0)] * 80 + [("a", 1)] * 20 + [("b", 0)] * 5
    found = balance(cells)
    assert found[80] / found[0] == pytest.approx(2)  # the root of four
    assert found[100] / found[0] == pytest.approx(4)
    assert found.mean() == pytest.approx(1)
    assert balance([]).size == 0


def test_validation_serves_segments_as_they_are(finished: TrainSettings) -> None:
    segments = load_segments(finished, "validation")
    dataset = SegmentDataset(segments)
    assert len(dataset) == len(segments)
    one = dataset[3]
    np.testing.assert_allclose(
        one["input_values"], normalise(segments.pcm(3) / np.float32(32768)), atol=1e-6
    )
    assert one["labels"] == segments.cuts[3].label
    cells = [(segments.clip(i).corpus, cut.label) for i, cut in enumerate(segments.cuts)]
    assert one["weight"] == pytest.approx(balance(cells)[3])


def test_training_looks_at_five_seconds_at_most() -> None:
    clip = Clip(Path("x.wav"), "angry", "s", "c", "en", "train")
    samples = np.random.default_rng(0).integers(-999, 999, MOST_SAMPLES * 2).astype(np.int16)
    segments = Segments([clip], [Cut(0, 0, 0, len(samples), 9000, 20.0, 0.0)], samples)
    dataset = SegmentDataset(segments, lambda wave, rng, clip: wave)  # type: ignore[arg-type]
    first, second = dataset[0]["input_values"], dataset[0]["input_values"]
    assert len(first) == MOST_SAMPLES
    assert not np.array_equal(first, second)  # another place each time


def test_what_is_evened_out_is_a_setting(finished: TrainSettings) -> None:
    whole = load_segments(finished, "train")
    cuts = [c for c in whole.cuts if c.label in (0, 1)]
    few = Segments(whole.clips, [*cuts, *(c for c in cuts if c.label == 0)], whole.samples)
    np.testing.assert_allclose(SegmentDataset(few, even="none").weights, 1, rtol=1e-6)
    by_emotion = SegmentDataset(few, even="emotion")
    found = dict(zip(by_emotion.labels, by_emotion.weights, strict=True))
    assert found[1] / found[0] == pytest.approx(2**0.5)
