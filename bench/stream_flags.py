"""How listeners send their audio, as flags of a sub-command."""

from __future__ import annotations

import argparse
from typing import Final

CHUNKS_MS: Final = (20, 40, 60, 80, 100, 200, 500)
CHUNK_MS: Final = 100
INTERIM_MS: Final = 1000


def add_stream_flags(command: argparse.ArgumentParser) -> None:
    """Add ``--chunk-ms`` and ``--interim-ms``."""
    command.add_argument(
        "--chunk-ms",
        type=int,
        choices=CHUNKS_MS,
        default=CHUNK_MS,
        help="audio in one message (default: %(default)s, as the page sends it)",
    )
    command.add_argument(
        "--interim-ms",
        type=int,
        default=INTERIM_MS,
        help="an interim label each so many ms while someone speaks, 0 for none "
        "(default: %(default)s)",
    )
