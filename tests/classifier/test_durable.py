import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from classifier.durable import copy_folder_durably, write_durably

WRITER = """
import sys
from pathlib import Path
from classifier.durable import write_durably
print(flush=True)
for number in range(10**9):
    write_durably(Path(sys.argv[1]), (b"%d" % number) * 50_000)
"""


def test_a_file_is_replaced_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_durably(path, b"one")
    write_durably(path, b"two", mode=0o600)
    assert path.read_bytes() == b"two"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_whoever_is_killed_while_writing_leaves_a_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "numbers"
    for _ in range(5):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, path], stdout=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            while not path.exists():
                pass
            process.send_signal(signal.SIGKILL)
        content = path.read_bytes()
        number = content[: len(content) // 50_000]
        assert content == number * 50_000


def test_a_disk_that_takes_no_more_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write_durably(path, b"old")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            write_durably(path, bytes(5000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_is_copied_whole_or_not_at_all(tmp_path: Path) -> None:
    source = tmp_path / "from"
    source.mkdir()
    (source / "a").write_bytes(b"a")
    copy_folder_durably(source, tmp_path / "to")
    assert (tmp_path / "to" / "a").read_bytes() == b"a"
    (source / "dangling").symlink_to(tmp_path / "nowhere")
    with pytest.raises(OSError, match="dangling"):
        copy_folder_durably(source, tmp_path / "again")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["from", "to"]
