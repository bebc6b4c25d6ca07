import numpy as np
import pytest
from accelerate.data_loader import BatchSamplerShard
from torch.utils.data import BatchSampler

from training.sampler import BatchError, LengthBatches

LENGTHS = np.random.default_rng(0).integers(8000, 80000, 3203).tolist()
BATCH = 32


WHOLE = len(LENGTHS) // BATCH * BATCH


def batches(epoch: int = 0, seed: int = 1, processes: int = 1) -> list[list[int]]:
    sampler = LengthBatches(LENGTHS, BATCH, seed, processes)
    sampler.set_epoch(epoch)
    order = list(sampler)
    assert len(sampler) == len(order)
    assert len(set(order)) == len(order)
    return [order[i : i + BATCH] for i in range(0, len(order), BATCH)]


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


def test_as_many_as_fit_are_seen_each_epoch_and_in_time_all() -> None:
    assert sum(map(len, batches())) == WHOLE
    seen = {i for epoch in range(4) for batch in batches(epoch) for i in batch}
    assert seen == set(range(len(LENGTHS)))


@pytest.mark.parametrize("processes", [2, 3, 8])
def test_processes_share_out_whole_batches_and_see_none_twice(processes: int) -> None:
    """As accelerate shares them out: a process that got less than the others would be waited for
    forever, and so it would begin again at the start of the epoch.
    """
    shares = []
    for rank in range(processes):
        sampler = LengthBatches(LENGTHS, BATCH, 1, processes)
        each = BatchSamplerShard(BatchSampler(sampler, BATCH, False), processes, rank)
        shares.append([tuple(batch) for batch in each])
    assert len({len(share) for share in shares}) == 1
    together = [i for share in shares for batch in share for i in batch]
    assert len(together) == len(set(together)) == WHOLE // BATCH // processes * processes * BATCH
    alone = {tuple(batch) for batch in batches()}
    assert all(batch in alone for share in shares for batch in share)


def test_fewer_segments_than_a_step_takes_are_refused() -> None:
    with pytest.raises(BatchError, match="31 segments are fewer than the 32"):
        LengthBatches(LENGTHS[:31], BATCH, 1)
    with pytest.raises(BatchError, match="fewer than the 64"):
        LengthBatches(LENGTHS[:63], BATCH, 1, 2)
