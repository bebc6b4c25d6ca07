"""A process that crashes leaves no image of its memory behind: there is speech in it."""

from __future__ import annotations

import resource


def forbid_core_dumps() -> None:
    """Let the kernel write none of this process and of those that it starts."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
