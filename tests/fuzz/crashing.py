"""A process that reads files and does not survive two of them; another reads on."""

import os
import signal
import time
from typing import Any

from bench.findings import Findings
from bench.fuzz_files import TARGET


def work(seed: int, numbers: range, folder: object, at: Any, theirs: Any) -> None:
    findings = Findings()
    for number in numbers:
        at.value = number
        if number == 7:
            os.kill(os.getpid(), signal.SIGSEGV)
        if number == 9:
            time.sleep(60)
        findings.note(TARGET, b"", "decoded", 0.0)
    theirs.send(findings)
