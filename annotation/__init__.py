r"""What was heard, with its verdicts, as text in the formats of other tools. No I/O, no clock.

    >>> from datetime import UTC, datetime
    >>> about = About("talk.wav", datetime(2026, 11, 23, tzinfo=UTC), "1", ("happy", "sad"))
    >>> said = Segment(400, 0, 400, 1620, "sad", None, 0.81, {"happy": 0.19, "sad": 0.81}, "1")
    >>> format_named("audacity").write(Annotation(about, 4200, (said,)))
    '0.400000\t1.620000\tsad\n'

`client_web/formats.js` writes the same formats in JavaScript; the files in ``tests/golden`` and a
comparison of random annotations hold the two together.

Errors:
    * :exc:`AnnotationError` (a ``ValueError``): segments that are out of order or overlap.
        * :exc:`UnknownFormatError`: a format that there is not; the message lists those there are.
"""

from annotation.annotation import About, Annotation, Segment
from annotation.errors import AnnotationError, UnknownFormatError
from annotation.formats import FORMATS, Format, format_named

__all__ = [
    "FORMATS",
    "About",
    "Annotation",
    "AnnotationError",
    "Format",
    "Segment",
    "UnknownFormatError",
    "format_named",
]
