"""Gives up every system call but those of a computation that hears and speaks over what is open.

A seccomp filter (https://docs.kernel.org/userspace-api/seccomp_filter.html), for Linux, which no
process takes off again. A call that is not on the list fails with EPERM.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
import sys
from collections.abc import Iterable
from types import MappingProxyType
from typing import Final

PR_SET_NO_NEW_PRIVS: Final = 38
PR_SET_SECCOMP: Final = 22
SECCOMP_MODE_FILTER: Final = 2
RET_ALLOW: Final = 0x7FFF0000
RET_EPERM: Final = 0x00050000 | errno.EPERM

LOAD: Final = 0x20
JUMP_IF_EQUAL: Final = 0x15
RETURN: Final = 0x06
AT_NUMBER, AT_ARCHITECTURE = 0, 4
"""Where in ``struct seccomp_data``."""

# What memory, threads' locks, clocks, signals and an open socket need.
X86_64: Final = MappingProxyType(
    {
        "read": 0,
        "write": 1,
        "close": 3,
        "fstat": 5,
        "lseek": 8,
        "mmap": 9,
        "mprotect": 10,
        "munmap": 11,
        "brk": 12,
        "rt_sigaction": 13,
        "rt_sigprocmask": 14,
        "rt_sigreturn": 15,
        "sched_yield": 24,
        "mremap": 25,
        "madvise": 28,
        "getpid": 39,
        "sendto": 44,
        "recvfrom": 45,
        "exit": 60,
        "gettimeofday": 96,
        "getrusage": 98,
        "futex": 202,
        "clock_gettime": 228,
        "exit_group": 231,
        "getrandom": 318,
        "rseq": 334,
    }
)
AARCH64: Final = MappingProxyType(
    {
        "close": 57,
        "lseek": 62,
        "read": 63,
        "write": 64,
        "fstat": 80,
        "exit": 93,
        "exit_group": 94,
        "futex": 98,
        "clock_gettime": 113,
        "sched_yield": 124,
        "rt_sigaction": 134,
        "rt_sigprocmask": 135,
        "rt_sigreturn": 139,
        "getrusage": 165,
        "gettimeofday": 169,
        "getpid": 172,
        "sendto": 206,
        "recvfrom": 207,
        "brk": 214,
        "munmap": 215,
        "mremap": 216,
        "mmap": 222,
        "mprotect": 226,
        "madvise": 233,
        "getrandom": 278,
        "rseq": 293,
    }
)
AUDIT_ARCHITECTURES: Final = MappingProxyType(
    {"x86_64": (0xC000003E, X86_64), "aarch64": (0xC00000B7, AARCH64)}
)


class _Program(ctypes.Structure):
    """``struct sock_fprog``."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


class SyscallFilter:
    """A filter for this machine, made while libraries can still be loaded."""

    def __init__(self) -> None:
        self._code = b""
        if sys.platform == "linux" and platform.machine() in AUDIT_ARCHITECTURES:
            architecture, numbers = AUDIT_ARCHITECTURES[platform.machine()]
            self._code = assemble(architecture, numbers.values())
            self._prctl = ctypes.CDLL(None, use_errno=True).prctl
            self._prctl.argtypes = [ctypes.c_int, *[ctypes.c_void_p] * 4]

    def put_on(self) -> bool:
        """Give up all other calls, for good.

        Returns:
            Whether it holds; False where the system has no such filters.
        """
        if not self._code:
            return False
        program = _Program(len(self._code) // 8, self._code)
        if self._prctl(PR_SET_NO_NEW_PRIVS, 1, None, None, None):
            return False
        pointer = ctypes.cast(ctypes.byref(program), ctypes.c_void_p)
        return not self._prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, pointer, None, None)


def assemble(architecture: int, numbers: Iterable[int]) -> bytes:
    """The program of the filter: instructions of 8 bytes."""
    code = [
        _instruction(LOAD, AT_ARCHITECTURE),
        _instruction(JUMP_IF_EQUAL, architecture, if_true=1),
        _instruction(RETURN, RET_EPERM),
        _instruction(LOAD, AT_NUMBER),
    ]
    for number in numbers:
        code.append(_instruction(JUMP_IF_EQUAL, number, if_false=1))
        code.append(_instruction(RETURN, RET_ALLOW))
    return b"".join([*code, _instruction(RETURN, RET_EPERM)])


def _instruction(code: int, value: int, *, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)
