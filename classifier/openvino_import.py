"""Imports OpenVINO without its model converter.

The converter is of no use here, takes most of the time of the import, and reports each import to
Google Analytics without having asked, after writing a client id to ``~/intel``. OpenVINO itself
does neither, and says of a converter that is not there just nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

LEFT_OUT: Final = ("openvino.tools.ovc", "openvino_telemetry")


@contextmanager
def _without_converter() -> Iterator[None]:
    hidden = [name for name in LEFT_OUT if name not in sys.modules]
    # None is what an import takes for "not installed"; the stubs know of modules alone.
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


with _without_converter():
    import openvino
    from openvino import opset13 as opset

__all__ = ["openvino", "opset"]
