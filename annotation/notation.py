"""How times, shares and what people typed are written, whatever the format."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

CONTROLS: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
"""What ends a line somewhere, or may not stand in XML."""
NO_CHARACTERS: Final = re.compile("[\ud800-\udfff\ufffe\uffff]")
"""Half a pair of surrogates, and what XML forbids besides."""


def one_line(text: str | None) -> str:
    r"""What somebody typed, fit for a format of lines and for XML.

    Examples:
        >>> one_line("  she laughs,\r\n\tthen \"no\"\x00")
        'she laughs, then "no"'
    """
    line = NO_CHARACTERS.sub("\ufffd", CONTROLS.sub(" ", text or ""))
    return re.sub(" {2,}", " ", line).strip(" ")


def seconds(ms: int) -> str:
    """A time in seconds, exactly, with no more digits than it has.

    Examples:
        >>> [seconds(ms) for ms in (0, 20, 1500, 3000)]
        ['0', '0.02', '1.5', '3']
    """
    whole, thousandths = divmod(ms, 1000)
    return f"{whole}.{thousandths:03}".rstrip("0").rstrip(".")


def share(value: float, places: int) -> str:
    """A number from 0 to 1. Halves go up, as JavaScript's ``toFixed`` rounds them.

    Examples:
        >>> share(0.125, 2), share(1, 6)
        ('0.13', '1.000000')
    """
    step = Decimal(1).scaleb(-places)
    return str(Decimal(value).quantize(step, ROUND_HALF_UP))


def moment(at: datetime) -> str:
    """A date and time as ISO 8601 has it, in UTC.

    Examples:
        >>> moment(datetime(2026, 11, 23, 5, 32, 21, tzinfo=UTC))
        '2026-11-23T05:32:21Z'
    """
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def remark(correction: str | None, note: str | None) -> str:
    """What a person says of a verdict, on one line; empty if nothing.

    Examples:
        >>> remark("sad", "she laughs"), remark("sad", None), remark(None, "?")
        ('sad: she laughs', 'sad', '?')
    """
    return ": ".join(filter(None, (one_line(correction), one_line(note))))
