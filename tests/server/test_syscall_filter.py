"""The filter, tried in processes of their own: it is not taken off again."""

import platform
import subprocess
import sys
from pathlib import Path

import pytest

from server.syscall_filter import AARCH64, AUDIT_ARCHITECTURES, X86_64, assemble

ROOT = Path(__file__).parents[2]
PROGRAM = """
import ctypes, os, socket, subprocess
from server.syscall_filter import SyscallFilter
ours, theirs = socket.socketpair()
libc = ctypes.CDLL(None, use_errno=True)
print(SyscallFilter().put_on(), end=" ")
try:
    {code}
    print("done")
except OSError as error:
    print(type(error).__name__)
"""
FORBIDDEN = {
    "open": "open('/etc/hostname')",
    "socket": "socket.socket()",
    "connect": "ours.connect('/nowhere')",
    "list": "os.listdir('/')",
    "pipe": "os.pipe()",
    "dup": "os.dup(1)",
    "fork": "os.fork()",
    "exec": "os.execv('/bin/true', ['true'])",
    "signal itself": "os.kill(os.getpid(), 0)",
    "rename": "os.rename('a', 'b')",
    "unlink": "os.unlink('a')",
    "chdir": "os.chdir('/')",
    "environment of its parent": "os.readlink('/proc/1/exe')",
}
ALLOWED = {
    "speak": "ours.sendall(b'a'); assert theirs.recv(1) == b'a'",
    "memory": "len(bytearray(50_000_000))",
    "compute": "sum(range(100_000))",
}
MEMORY_OF_ANOTHER = (
    "parts = (ctypes.c_size_t * 2)(0, 0); "
    "libc.process_vm_readv(os.getpid(), parts, 1, parts, 1, 0) < 0 and "
    "(_ for _ in ()).throw(OSError(ctypes.get_errno(), 'no'))"
)

has_filter = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in AUDIT_ARCHITECTURES,
    reason="there are filters on Linux alone, and lists for two processors",
)


def attempt(code: str) -> str:
    program = PROGRAM.format(code=code)
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    return done.stdout.strip()


@has_filter
@pytest.mark.parametrize("what", FORBIDDEN)
def test_what_is_given_up(what: str) -> None:
    assert attempt(FORBIDDEN[what]) == "True PermissionError"


@has_filter
def test_the_memory_of_another_cannot_be_read() -> None:
    assert attempt(MEMORY_OF_ANOTHER) == "True PermissionError"


@has_filter
@pytest.mark.parametrize("what", ALLOWED)
def test_what_is_kept(what: str) -> None:
    assert attempt(ALLOWED[what]) == "True done"


def test_both_lists_name_the_same_calls() -> None:
    assert X86_64.keys() == AARCH64.keys()
    for numbers in (X86_64, AARCH64):
        assert len(set(numbers.values())) == len(numbers)


def test_the_program_is_whole() -> None:
    code = assemble(1, [2, 3])
    assert len(code) == 8 * (4 + 2 * 2 + 1)
