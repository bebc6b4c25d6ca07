"""Decoding processes that a file has broken, or taken over."""

from __future__ import annotations

from typing import Final

import pytest

from server.fork_server import PROGRAM

NASTY: Final = {
    "crash": "os.kill(os.getpid(), 11)",
    "hang": "import time; time.sleep(60)",
    "endless": "exec('while True: pass')",
    "memory": "bytearray(1 << 30)",
    "exit": "os._exit(0)",
    "error": "1 / 0",
    "another rate": "conversation.sendall(b'R' + bytes([4, 0, 0, 0, 1, 0, 0, 0]))",
    "another length": "conversation.sendall(b'R' + bytes([255] * 4))",
    "another frame": "conversation.sendall(b'X' + bytes(4))",
    "another code": "conversation.sendall(b'E' + bytes([3, 0, 0, 0]) + b'a' + bytes(2))",
    "nothing": "conversation.sendall(b'.' + bytes(4))",
}
"""What it does, by name, in place of decoding a file that ends with "nasty"."""


def nasty(monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    """Have fork servers that are started from now on meet such files."""
    patch = (
        "import os\n"
        "from server import decoder_process\n"
        "decode = decoder_process.decode\n"
        "def broken(content, max_ms, conversation):\n"
        "    if not content.endswith(b'nasty'):\n"
        "        return decode(content, max_ms, conversation)\n"
        f"    {NASTY[what]}\n"
        "decoder_process.decode = broken\n"
    )
    before, start = PROGRAM.split("from server", 1)
    program = f"{before}exec({patch!r}); from server{start}"
    monkeypatch.setattr("server.fork_server.PROGRAM", program)
