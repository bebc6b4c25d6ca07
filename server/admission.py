"""Places: so many in all, so many for one address, and no more than the machine can serve.

Errors:
    * :exc:`FullError`: no place is free.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal, TypeAlias

Cause: TypeAlias = Literal["total", "address", "capacity"]


class FullError(Exception):
    """No place is free.

    Attributes:
        cause: ``total`` where nobody gets one, ``address`` where this address has its share,
            ``capacity`` where the machine has enough to do with those that it serves.
    """

    def __init__(self, cause: Cause) -> None:
        super().__init__(cause)
        self.cause = cause


class Admission:
    """Places that are taken and given back.

    Args:
        total: at once.
        per_address: of them to one address.
        has_room: whether one more, besides so many, can be served; asked each time.
    """

    def __init__(
        self, total: int, per_address: int, has_room: Callable[[int], bool] = lambda _: True
    ) -> None:
        self._total = total
        self._per_address = per_address
        self._has_room = has_room
        self._taken: Counter[str] = Counter()

    @property
    def taken(self) -> int:
        """Places that are taken."""
        return self._taken.total()

    @contextmanager
    def place(self, address: str | None) -> Iterator[None]:
        """A place for as long as the block lasts.

        Raises:
            FullError: there is none.
        """
        key = address or ""
        if self.taken >= self._total:
            raise FullError("total")
        if self._taken[key] >= self._per_address:
            raise FullError("address")
        if not self._has_room(self.taken):
            raise FullError("capacity")
        self._taken[key] += 1
        try:
            yield
        finally:
            self._taken[key] -= 1
            self._taken += Counter()  # forgets addresses without a place
