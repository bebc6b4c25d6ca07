"""Imports ONNX Runtime with its telemetry off.

Its wheels (seen with 1.32, on Linux) report to Microsoft: at the import a device id and a
database are written below ``~/.cache/Microsoft`` and threads are started that resolve and call
``mobile.events.data.microsoft.com`` (``Privacy.md`` in the wheel). That costs 4 MB and a promise:
nothing leaves the machine. The variable is read once, when the library is loaded; where somebody
else has imported it before, what can still be stopped is.
"""

from __future__ import annotations

import os
from typing import Final

NO_TELEMETRY: Final = "ORT_DISABLE_TELEMETRY"

os.environ[NO_TELEMETRY] = "1"

import onnxruntime  # noqa: E402 - after the variable

onnxruntime.disable_telemetry_events()

__all__ = ["onnxruntime"]
