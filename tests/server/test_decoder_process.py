"""What a decoding process may do. Tried in processes of their own: rights do not come back."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from server.decoder_process import decode
from server.decoder_reply import read_reply
from server.decoder_wire import USAGE, Kind, frame
from server.recording import RecordingError
from tests.server.test_recording import VOICE, encode

ROOT = Path(__file__).parents[2]

TRIES = {
    "open a file": "open('/etc/hostname')",
    "make a file": "open('{tmp}/made', 'wb')",
    "open a socket": "socket.socket()",
    "open a pipe": "os.pipe()",
    "copy a descriptor": "os.dup(held)",
    "list a folder": "os.listdir('/')",
    "write to a file that is open": "os.write(held, b'canary')",
    "take memory": "bytearray(40 << 20)",
    "take more than it may again": "resource.setrlimit(resource.RLIMIT_FSIZE, (9, 9))",
}


def attempt(code: str, tmp_path: Path, *, before: str = "") -> str:
    """What came of it, in a process that has given up its rights."""
    program = (
        "import os, resource, socket, threading\n"
        "from server.decoder_process import Bounds, give_up_rights\n"
        "from server.syscall_filter import SyscallFilter\n"
        f"held = os.open({str(tmp_path / 'held')!r}, os.O_RDWR | os.O_CREAT)\n"
        f"{before}\n"
        "give_up_rights(Bounds(memory_bytes=16 << 20), 0, SyscallFilter())\n"
        "try:\n"
        f"    {code.format(tmp=tmp_path)}\n"
        "    print('done')\n"
        "except (OSError, MemoryError, ValueError) as error:\n"
        "    print(type(error).__name__)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=30
    )
    return done.stdout.strip() or str(done.returncode)


@pytest.mark.parametrize("what", TRIES)
def test_it_cannot(what: str, tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    if what == "take memory" and sys.platform != "linux":
        pytest.skip("only Linux counts the memory of a process")
    assert attempt(TRIES[what], tmp_path) not in {"done", "1"}
    assert (tmp_path / "held").read_bytes() == b""
    assert not (tmp_path / "made").exists()


def test_it_cannot_start_a_process(tmp_path: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("only here is its number of processes limited")
    assert attempt("os.fork()", tmp_path) in {"BlockingIOError", "PermissionError"}


def test_it_can_decode(tmp_path: Path) -> None:
    content = encode(VOICE, kind="FLAC")
    load = f"from server.recording import read_recording; content = {content!r}"
    assert attempt("read_recording(content)", tmp_path, before=load) == "done"


def test_endless_work_is_ended_by_the_kernel(tmp_path: Path) -> None:
    program = (
        "from server.decoder_process import Bounds, give_up_rights\n"
        "from server.syscall_filter import SyscallFilter\n"
        "give_up_rights(Bounds(cpu_s=1), 0, SyscallFilter())\n"
        "while True: pass\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, timeout=60)
    assert done.returncode < 0


def test_memory_that_runs_out_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_much(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("server.decoder_process.open_recording", too_much)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        decode(b"", 1000, theirs)
        theirs.sendall(frame(Kind.USAGE, USAGE.pack(0, 0, 0.0)))
        outcome, _ = read_reply(ours, max_ms=1000, within_s=1)
    assert isinstance(outcome, RecordingError)
    assert outcome.code == "broken"
    assert "memory" in str(outcome)
