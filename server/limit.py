"""What a limit is; the table of all of them is `server.limits`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from server.settings import Settings

Of: TypeAlias = Callable[[Settings], int]


class About(StrEnum):
    """What a limit is about, in the order in which a client meets them."""

    CONNECTION = "Connections"
    SESSION = "Sessions"
    RECORDING = "Recordings"
    MODEL = "The model"
    FEEDBACK = "Feedback"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A bound that no client gets past.

    Attributes:
        name: of the setting; where none says it, of the limit.
        about: what it is about.
        bounds: what is bounded.
        unit: of the value; "" for a number of things.
        beyond: what happens to more.
        fixed: the value of what cannot be set.
        of: how it follows from the settings, where it is none itself.
    """

    name: str
    about: About
    bounds: str
    unit: str = ""
    beyond: str
    fixed: int | None = None
    of: Of | None = None

    @property
    def is_setting(self) -> bool:
        """Whether a setting of this name says it."""
        return self.fixed is None and self.of is None

    def value(self, settings: Settings) -> int:
        """How much is taken under these settings."""
        if self.of is not None:
            return self.of(settings)
        return int(getattr(settings, self.name)) if self.fixed is None else self.fixed
