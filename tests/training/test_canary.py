import shutil
from pathlib import Path

import numpy as np
import pytest

from classifier import CanaryError, open_classifier
from classifier.canary import CANARIES, check_canaries, read_canaries
from training.canary import sounds, write_canaries


def test_the_sounds_are_the_same_each_time_and_differ() -> None:
    first, again = sounds(), sounds()
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert len({sound.tobytes() for sound in first}) == len(first) >= 5
    assert all(sound.dtype == np.int16 for sound in first)


def test_a_model_that_has_them_can_be_checked(taught: Path, tmp_path: Path) -> None:
    folder = tmp_path / "m"
    shutil.copytree(taught, folder)
    (folder / CANARIES).unlink(missing_ok=True)
    with pytest.raises(CanaryError):
        check_canaries(open_classifier(folder), folder)
    write_canaries(folder)
    check_canaries(open_classifier(folder), folder)
    assert (folder / CANARIES).stat().st_size < 400_000
    assert len(read_canaries(folder).sounds) == len(sounds())
