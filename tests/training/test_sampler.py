import numpy as np

from training.sampler import LengthBatches

LENGTHS = np.random.default_rng(0).integers(8000, 80000, 3203).tolist()
BATCH = 32


def batches(epoch: int = 0, seed: int = 1) -> list[list[int]]:
    sampler = LengthBatches(LENGTHS, BATCH, seed)
    sampler.set_epoch(epoch)
    order = list(sampler)
    assert sorted(order) == list(range(len(LENGTHS)))
    assert len(sampler) == len(LENGTHS)
    return [order[i : i + BATCH] for i in range(0, len(order) - BATCH + 1, BATCH)]


def test_batches_are_of_about_one_length() -> None:
    spread = [np.ptp([LENGTHS[i] for i in batch]) for batch in batches()]
    assert np.median(spread) < 0.1 * np.ptp(LENGTHS)


def test_lengths_do_not_drift_from_batch_to_batch() -> None:
    """Sorted within each fifty batches, neighbours correlate at nearly 1, and nothing learns."""
    mean = np.array([np.mean([LENGTHS[i] for i in batch]) for batch in batches()])
    assert abs(np.corrcoef(mean[:-1], mean[1:])[0, 1]) < 0.3


def test_the_order_depends_on_seed_and_epoch_alone() -> None:
    assert batches(2) == batches(2)
    assert batches(2) != batches(3)
    assert batches(2) != batches(2, seed=7)
