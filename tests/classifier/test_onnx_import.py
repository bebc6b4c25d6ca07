from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
OPEN = """
import sys, threading
from pathlib import Path
import classifier.errors, classifier.model  # with NumPy and its threads

def threads():
    tasks = Path("/proc/self/task")
    return len([*tasks.iterdir()]) if tasks.is_dir() else 0

before = threads()
from classifier import open_classifier
open_classifier(sys.argv[1], runtime="onnxruntime").warm_up()
print(threads() - before)
"""


def test_nothing_is_written_and_nobody_is_called(group_norm: Path, tmp_path: Path) -> None:
    """Left alone, ONNX Runtime writes a device id, and starts threads that report to Microsoft.

    Not even where the environment asks for it.
    """
    environment = {"PYTHONPATH": str(ROOT), "ORT_DISABLE_TELEMETRY": "0", "HOME": str(tmp_path)}
    environment |= {key: os.environ[key] for key in ("PATH", "SYSTEMROOT") if key in os.environ}
    command = [sys.executable, "-B", "-c", OPEN, str(group_norm)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, cwd=tmp_path, env=environment
    )
    assert [*tmp_path.iterdir()] == []
    assert int(done.stdout) == 0, "one classification uses one thread, the caller's"
