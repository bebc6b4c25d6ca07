"""A training of several processes that notes who saw which segment: started by torchrun.

Arguments: a folder for the notes, then those of ``vivavoz-train``.
"""

import os
import sys
from pathlib import Path

from training.cli import main
from training.dataset import Example, SegmentDataset


def watch(notes: Path) -> None:
    """Have this process write down what it learns from."""
    plain = SegmentDataset.__getitem__

    def noted(self: SegmentDataset, i: int) -> Example:
        if self._augmenter:  # to learn from
            with notes.open("a") as file:
                file.write(f"{i}\n")
        return plain(self, i)

    SegmentDataset.__getitem__ = noted  # type: ignore[method-assign]


if __name__ == "__main__":
    watch(Path(sys.argv[1]) / f"rank{os.environ['RANK']}")
    sys.exit(main(sys.argv[2:]))
