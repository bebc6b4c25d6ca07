"""How the C library keeps what was given back to it. Only glibc can be told."""

from __future__ import annotations

import ctypes
from typing import Final

M_MMAP_THRESHOLD: Final = -3
"""Of glibc's ``malloc.h``."""

M_ARENA_MAX: Final = -8

MAPPED_BYTES: Final = 64 * 1024
"""Buffers from this size on, those of two seconds of audio, go back to the system when freed.

Left alone, glibc raises the bound to the largest buffer that was ever freed, and from then on keeps
them in heaps that crumble: segments are of any length. At 256 KiB those heaps came and went by half
a megabyte with each longer segment.
"""


def return_large_buffers(size: int = MAPPED_BYTES) -> bool:
    """Have buffers of at least so many bytes returned to the system as soon as they are freed.

    Of the whole process, and best called before anything large was freed. A setting of the
    environment (``MALLOC_MMAP_THRESHOLD_``) is overruled.

    Returns:
        Whether the C library can be told.
    """
    return _set(M_MMAP_THRESHOLD, size)


def share_one_heap() -> bool:
    """Have all threads take their memory from one heap, before any but the first takes any.

    Left alone, glibc gives each thread a heap of its own, and what one has freed the others cannot
    take: 2 MB more, and it goes on growing for minutes. Small objects are Python's business, large
    buffers the system's and tensors the runtime's, so threads seldom wait for each other here.

    Returns:
        Whether the C library can be told.
    """
    return _set(M_ARENA_MAX, 1)


def _set(parameter: int, value: int) -> bool:
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):  # musl, macOS; Windows takes no None
        return False
    return bool(mallopt(parameter, value))
