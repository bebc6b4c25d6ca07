"""Measures what vivavoz promises: ``vivavoz-bench``, also reached as ``vivavoz bench``.

One module a sub-command, each with ``add_flags(command)`` and ``run(arguments) -> Report``. Every
report states the machine, the model, the commit and the date.

Errors:
    * :exc:`BenchError`: nothing could be measured; the message says what to change.
        * :exc:`RecordingError`: a recording, or a list of recordings, that cannot be read.
        * :exc:`RttmError`: a line that is no RTTM.
        * :exc:`ServerError`: the server to be measured does not start or does not answer.
        * :exc:`MissingPackageError`: a package of an extra is not installed, mostly of ``bench``.
"""

from bench.errors import BenchError, MissingPackageError, RecordingError, RttmError, ServerError

__all__ = ["BenchError", "MissingPackageError", "RecordingError", "RttmError", "ServerError"]
