"""Why something could not be measured; the tree stands in `bench`."""

from __future__ import annotations


class BenchError(Exception):
    """Any error of this package."""


class RecordingError(BenchError):
    """A recording, or a list of recordings, that cannot be read."""


class RttmError(BenchError):
    """A line that is no RTTM."""


class ServerError(BenchError):
    """The server to be measured does not start or does not answer."""


class MissingPackageError(BenchError):
    """A package of an extra is not installed, mostly of ``bench``."""

    def __init__(self, package: str, extra: str = "bench") -> None:
        super().__init__(f"{package} is not installed; pip install 'vivavoz[{extra}]'")
