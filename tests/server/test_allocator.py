import os
import platform
import subprocess
import sys

import pytest

LARGE_AGAIN = """
import ctypes, sys
from server.allocator import return_large_buffers

class Info(ctypes.Structure):
    _fields_ = [(f"field_{number}", ctypes.c_size_t) for number in range(10)]

library = ctypes.CDLL(None)
library.mallinfo2.restype = Info
if sys.argv[1] == "told":
    assert return_large_buffers()
for _ in range(2):
    before = library.mallinfo2().field_3  # buffers that are mapped by themselves
    large = bytearray(1 << 20)
    mapped = library.mallinfo2().field_3 - before
    del large
print(mapped)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc can be told")
@pytest.mark.parametrize(("told", "mapped"), [("told", "1"), ("not told", "0")])
def test_a_large_buffer_is_mapped_by_itself_also_the_second_time(told: str, mapped: str) -> None:
    command = [sys.executable, "-c", LARGE_AGAIN, told]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == mapped


HEAPS = """
import ctypes, sys, threading
from server.allocator import share_one_heap

library = ctypes.CDLL(None)
if sys.argv[1] == "told":
    assert share_one_heap()

def take():
    library.malloc(5000)
    taken.wait()

taken = threading.Barrier(4)
threads = [threading.Thread(target=take) for _ in range(3)]
for thread in threads:
    thread.start()
taken.wait()
for thread in threads:
    thread.join()
library.fdopen.restype = ctypes.c_void_p
library.malloc_info(0, ctypes.c_void_p(library.fdopen(1, b"w")))
library.fflush(None)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc can be told")
@pytest.mark.parametrize(("told", "heaps"), [("told", 1), ("not told", 4)])
def test_threads_share_one_heap(told: str, heaps: int) -> None:
    command = [sys.executable, "-c", HEAPS, told]
    # Nor coverage, whose greenlets now and then never end when threads do.
    environment = {k: v for k, v in os.environ.items() if "MALLOC" not in k and "COV" not in k}
    run = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert run.stdout.count("<heap nr=") == heaps


def test_a_c_library_that_cannot_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from server import allocator

    monkeypatch.setattr(allocator.ctypes, "CDLL", lambda _: object())
    assert not allocator.return_large_buffers()
    assert not allocator.share_one_heap()
