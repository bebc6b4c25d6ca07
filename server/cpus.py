"""How many processors this process may use, which in a container is not what the machine has."""

from __future__ import annotations

import math
import os
from contextlib import suppress
from pathlib import Path
from typing import Final

CGROUP: Final = Path("/sys/fs/cgroup")


def available_cpus(cgroup: Path = CGROUP) -> int:
    """Processors by the machine, the affinity of the process and the quota of its container.

    Args:
        cgroup: where the kernel shows the control group, version 1 or 2.

    Returns:
        At least 1; a share of one counts as one.
    """
    try:
        count = len(os.sched_getaffinity(0))
    except AttributeError:  # macOS, Windows
        count = os.cpu_count() or 1
    quota = _quota(cgroup)
    return min(count, math.ceil(quota)) if quota else count


def _quota(cgroup: Path) -> float | None:
    """Processors that the control group allows, None for as many as there are."""
    with suppress(OSError, ValueError):
        share, period = (cgroup / "cpu.max").read_text().split()
        return int(share) / int(period)  # "max" is no number
    with suppress(OSError, ValueError):
        share = (cgroup / "cpu" / "cpu.cfs_quota_us").read_text()
        period = (cgroup / "cpu" / "cpu.cfs_period_us").read_text()
        return int(share) / int(period) if int(share) > 0 else None
    return None
