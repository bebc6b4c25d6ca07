"""The processes that decode what others sent, apart from the server.

One small process, the *fork server*, has the libraries loaded and nothing else: no sockets of the
service, no model, no audio. For each file it forks one that decodes this file and ends. So a file
that crashes, hangs or takes over its decoder meets no other file, and a fork costs 2 ms where a new
Python costs 200.

A decoding process can open no file and no socket (it may have no further descriptor), write to no
file, dump no core, start no process, signal or read no other, and take no more memory and processor
time than `Bounds` says. On Linux all that is left to it are the calls of `server.syscall_filter`.
Its supervisor, another fork, ends it when its time is over and reports what it took.
"""

from __future__ import annotations

import gc
import os
import resource
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from server.decoder_wire import RATE, REQUEST, USAGE, Kind, frame
from server.recording import RecordingCode, RecordingError, open_recording
from server.syscall_filter import SyscallFilter

NOBODY: Final = 65534
STATM: Final = Path("/proc/self/statm")
TOO_LARGE: Final = "decoding the file takes too much memory; convert it to 16-bit WAV"


class Bounds(NamedTuple):
    """What a decoding process may take.

    Attributes:
        wall_s: until its supervisor ends it.
        cpu_s: until the kernel does.
        memory_bytes: beyond the file itself and what was there before.
    """

    wall_s: int = 30
    cpu_s: int = 10
    memory_bytes: int = 64 << 20


def main() -> None:
    """Be the fork server of who holds the other end of standard input, until it closes it."""
    # Ctrl-C goes to the whole group, and a stopping server still answers what is under way.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for supervisors
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    bounds = Bounds(*map(int, sys.argv[1:]))
    syscalls = SyscallFilter()
    gc.disable()  # it would touch, and so copy, pages that all forks share
    with socket.socket(fileno=os.dup(0)) as control:
        os.close(0)  # or every fork would hold it
        os.open(os.devnull, os.O_RDONLY)
        while True:
            _, fds, _, _ = socket.recv_fds(control, 1, 1)
            if not fds:
                return
            with socket.socket(fileno=fds[0]) as conversation:
                if not _fork():
                    _supervise(control, conversation, bounds, syscalls)


def _fork() -> int:
    """Fork; 0 where there is no room for a process, too: the conversation then just ends."""
    try:
        return os.fork()
    except OSError:
        return -1


def _supervise(
    control: socket.socket, conversation: socket.socket, bounds: Bounds, syscalls: SyscallFilter
) -> None:
    """Decode in a process of its own, and say how it ended. Never returns."""
    try:
        control.close()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        decoding = os.fork()
        if not decoding:
            os._exit(_decode_apart(conversation, bounds, syscalls))
        signal.signal(signal.SIGALRM, lambda *_: os.kill(decoding, signal.SIGKILL))
        signal.setitimer(signal.ITIMER_REAL, bounds.wall_s)
        _, status, usage = os.wait4(decoding, 0)
        peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        cpu_s = usage.ru_utime + usage.ru_stime
        payload = USAGE.pack(os.waitstatus_to_exitcode(status), peak, cpu_s)
        conversation.settimeout(bounds.wall_s)
        conversation.sendall(frame(Kind.USAGE, payload))
    finally:
        os._exit(0)


def _decode_apart(conversation: socket.socket, bounds: Bounds, syscalls: SyscallFilter) -> int:
    """Decode one file with next to no rights. Gives the exit code."""
    try:
        quieten()
        with conversation.makefile("rb") as file:
            size, max_ms = REQUEST.unpack(file.read(REQUEST.size))
            give_up_rights(bounds, size, syscalls)
            content = file.read(size)
        if len(content) == size:
            decode(content, max_ms, conversation)
    except OSError:  # the server does not want it any more
        return 0
    except BaseException:
        return 1
    return 0


def quieten() -> None:
    """What libraries print goes nowhere: it would be text of the sender's choice."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in range(3):
        os.dup2(nowhere, number)
    os.close(nowhere)


def give_up_rights(bounds: Bounds, size: int, syscalls: SyscallFilter) -> None:
    """Give up, for good, whatever decoding a file of `size` bytes does not need."""
    os.nice(5)  # live speech goes before recordings
    limits = {
        resource.RLIMIT_NOFILE: 0,  # nothing new can be opened: no file, no socket, no pipe
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_CPU: bounds.cpu_s,
    }
    if sys.platform == "linux":  # elsewhere the size is not known, or the limit none
        taken = int(STATM.read_text().split()[0]) * resource.getpagesize()
        limits[resource.RLIMIT_AS] = taken + size + bounds.memory_bytes
        limits[resource.RLIMIT_NPROC] = 0
    for limit, most in limits.items():
        resource.setrlimit(limit, (most, most))
    if os.geteuid() == 0:  # who could take all of it back
        with suppress(OSError):  # a namespace may have no other user
            os.setgroups([])
            os.setresgid(NOBODY, NOBODY, NOBODY)
        with suppress(OSError):
            os.setresuid(NOBODY, NOBODY, NOBODY)
    syscalls.put_on()


def decode(content: bytes, max_ms: int, conversation: socket.socket) -> None:
    """Send what is in a file, or why it is not taken.

    Raises:
        OSError: nobody listens any more.
    """
    try:
        opened = open_recording(content, max_ms=max_ms)
        conversation.sendall(frame(Kind.RATE, RATE.pack(opened.sample_rate)))
        for block in opened.blocks:
            conversation.sendall(frame(Kind.PCM, block.tobytes()))
    except RecordingError as error:
        _refuse(conversation, error.code, str(error))
    except MemoryError:
        _refuse(conversation, RecordingCode.BROKEN, TOO_LARGE)
    else:
        conversation.sendall(frame(Kind.END))


def _refuse(conversation: socket.socket, code: RecordingCode, message: str) -> None:
    conversation.sendall(frame(Kind.ERROR, f"{code}\0{message}".encode()))
