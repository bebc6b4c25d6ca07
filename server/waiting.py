"""Who waits for a worker, and whose turn it is."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterator
from typing import Generic, Protocol, TypeVar


class Waiter(Protocol):
    """What waits."""

    @property
    def owner(self) -> Hashable:
        """Who asked."""
        ...

    @property
    def is_final(self) -> bool:
        """Whether it has to be answered; an interim may be dropped."""
        ...


Job = TypeVar("Job", bound=Waiter)


class Waiting(Generic[Job]):
    """Finals before interims, and owner after owner: who has much to ask waits for itself alone.

    Of an owner's finals each comes in its order; of its interims only the newest is kept.

    Args:
        size: how many may wait.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._finals: dict[Hashable, deque[Job]] = {}  # the first owner is the next
        self._interims: dict[Hashable, Job] = {}
        self._count = 0  # of finals

    def __len__(self) -> int:
        return self._count + len(self._interims)

    def __iter__(self) -> Iterator[Job]:
        for jobs in self._finals.values():
            yield from jobs
        yield from self._interims.values()

    @property
    def has_finals(self) -> bool:
        """Whether a final waits."""
        return self._count > 0

    @property
    def is_full(self) -> bool:
        """Whether a final more would put out another, or not find room."""
        return self._count >= self._size

    def interim_of(self, owner: Hashable) -> Job | None:
        """The interim of an owner that waits."""
        return self._interims.get(owner)

    def add(self, job: Job) -> Job | None:
        """Have a job wait.

        Returns:
            The job for which there is no room any more: the oldest interim; else the last final of
            the owner who has more of them than anyone, if that is two more than this one's owner
            has; else the job itself. None where there is room for all.
        """
        replaced = None if job.is_final else self._interims.get(job.owner)
        if replaced is not None:
            self._interims[job.owner] = job
            return replaced
        out = self._make_room(job) if len(self) >= self._size else None
        if out is not job:
            self._put(job)
        return out

    def add_first(self, job: Job) -> None:
        """Have a final wait that had its turn already; there is always room for it."""
        self._count += 1
        self._finals.setdefault(job.owner, deque()).appendleft(job)

    def pop(self) -> Job | None:
        """The next, or None."""
        if self._finals:
            owner = next(iter(self._finals))
            jobs = self._finals.pop(owner)
            self._count -= 1
            job = jobs.popleft()
            if jobs:
                self._finals[owner] = jobs  # behind the others
            return job
        return self._interims.pop(next(iter(self._interims))) if self._interims else None

    def discard(self, job: Job) -> None:
        """Take a job out, if it waits."""
        jobs = self._finals.get(job.owner)
        if self._interims.get(job.owner) is job:
            del self._interims[job.owner]
        elif jobs and job in jobs:
            self._count -= 1
            jobs.remove(job)
            if not jobs:
                del self._finals[job.owner]

    def clear(self) -> None:
        """Take all out."""
        self._finals.clear()
        self._interims.clear()
        self._count = 0

    def _put(self, job: Job) -> None:
        if job.is_final:
            self._count += 1
            self._finals.setdefault(job.owner, deque()).append(job)
        else:
            self._interims[job.owner] = job

    def _make_room(self, job: Job) -> Job:
        if not job.is_final:
            return job
        if self._interims:
            return self._interims.pop(next(iter(self._interims)))
        greedy, most = max(self._finals.items(), key=lambda item: len(item[1]))
        if len(most) < len(self._finals.get(job.owner, ())) + 2:
            return job
        self._count -= 1
        last = most.pop()
        if not most:
            del self._finals[greedy]
        return last
