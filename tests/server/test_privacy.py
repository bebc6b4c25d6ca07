"""No audio leaves the server, none is written down, and no log says who sounded how."""

from __future__ import annotations

import base64
import io
import json
import os
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
import soundfile

from tests.server.command_line import ROOT, environment
from tests.server.running import LABELS, Pcm
from tests.server.test_recording import encode
from tests.server.visit import SOURCE, canary, visit

SHARED = (Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"))
MOST_BYTES = 32 << 20
"""Everything that is sent has a tenth of it; what is larger, somebody else wrote."""
PIECE = 16
"""Samples: no other audio has sixteen of them in a row."""
EVERY = 400
TOKEN = "an-open-sesame"

needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")


@contextmanager
def served(model: Path, home: Path, *, before: str = "") -> Iterator[psutil.Process]:
    """A server that has a fresh folder for everything, and its log in ``home / log``.

    Args:
        model: that it serves.
        home: its working directory, home, and folder for temporary files.
        before: Python that its process runs first.
    """
    (home / "token").write_text(TOKEN)
    program = f"{before}\nimport sys; from server.cli import main; sys.exit(main(sys.argv[1:]))"
    flags = ["--port", "0", "--model", str(model), "--log-level", "debug"]
    folders = dict.fromkeys(["HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_DATA_HOME"], str(home))
    read, write = os.pipe()  # the log must be no file here
    process = subprocess.Popen(
        [sys.executable, "-c", program, "serve", *flags, "--token-file", str(home / "token")],
        cwd=home,
        env=environment(PYTHONPATH=str(ROOT), PYTHONDONTWRITEBYTECODE="1", **folders),
        stdout=subprocess.PIPE,
        stderr=write,
        text=True,
    )
    os.close(write)
    try:
        assert process.stdout is not None
        process.port = int(process.stdout.readline().rpartition(":")[2])  # type: ignore[attr-defined]
        yield process
        process.terminate()
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.communicate()
        with os.fdopen(read, encoding="utf-8") as log:
            process.log = log.read()  # type: ignore[attr-defined]


def pieces(pcm: Pcm) -> list[bytes]:
    """Bytes that give audio away, in every form that it might be written in."""
    found = []
    for first in range(0, len(pcm) - PIECE, EVERY):
        part = pcm[first : first + PIECE]
        if np.abs(part).max() < 300:
            continue  # next to silence is in many files
        raw = part.tobytes()
        found += [raw, part.astype(">i2").tobytes(), raw.hex().encode()]
        found += [(part / scale).astype("<f4").tobytes() for scale in (32768, 32767)]
        for shift in range(3):
            found.append(base64.b64encode(raw[shift:])[:36])
    return found


def holds(content: bytes, wanted: list[bytes]) -> bool:
    """Whether any of the pieces is in a file, be it coded as audio."""
    with suppress(soundfile.SoundFileError):
        samples, _ = soundfile.read(io.BytesIO(content), dtype="int16")
        content += samples.tobytes()
    return any(piece in content for piece in wanted)


def written_since(began: float, *tops: Path) -> Iterator[tuple[Path, bytes]]:
    """Files that anybody made since, in these folders, and what is in them."""
    for top in tops:
        for folder, _, names in os.walk(top):
            with suppress(OSError):
                if Path(folder).stat().st_mtime < began:
                    continue  # nothing was made in it
            for name in names:
                with suppress(OSError):
                    path = Path(folder) / name
                    seen = path.lstat()
                    is_new = stat.S_ISREG(seen.st_mode) and seen.st_mtime >= began
                    if is_new and seen.st_size < MOST_BYTES:
                        yield path, path.read_bytes()


def files_for_writing(pid: int) -> list[str]:
    """Files that a process and its children have open and may write to, deleted ones included."""
    found = []
    for process in (one := psutil.Process(pid), *one.children(recursive=True)):
        for handle in Path(f"/proc/{process.pid}/fd").iterdir():
            with suppress(OSError):
                info = Path(f"/proc/{process.pid}/fdinfo/{handle.name}").read_text()
                flags = int(
                    next(x for x in info.splitlines() if x.startswith("flags")).split()[1], 8
                )
                if stat.S_ISREG(handle.stat().st_mode) and flags & os.O_ACCMODE != os.O_RDONLY:
                    found.append(str(handle.readlink()))
    return found


def test_the_search_finds_what_is_there(tmp_path: Path) -> None:
    pcm = canary(2)
    wanted, part = pieces(pcm), pcm[1000:9000]
    for content in (
        part.tobytes(),
        part.astype(">i2").tobytes(),
        (part / 32768).astype("<f4").tobytes(),
        (part / 32767).astype("<f4").tobytes(),
        part.tobytes().hex().encode(),
        base64.b64encode(part.tobytes()),
        base64.b64encode(b"x" + part.tobytes()),
        encode(part),
        encode(part, kind="FLAC"),
        b"before" * 1000 + part.tobytes()[2:] + b"behind",
    ):
        assert holds(content, wanted)
    assert not holds(canary(3).tobytes(), wanted)
    began = time.time()
    (tmp_path / "sound").write_bytes(part.tobytes())
    assert tmp_path / "sound" in dict(written_since(began - 1, tmp_path))


@needs_linux
def test_no_audio_is_written_down(tiny_model: Path, tmp_path: Path) -> None:
    pcm = canary(seed=int.from_bytes(os.urandom(4)))
    began = time.time() - 1
    with served(tiny_model, tmp_path) as process:
        finals, _ = visit(process.port, pcm, token=TOKEN)
        assert len(finals) == 2
        assert files_for_writing(process.pid) == []
        limits = Path(f"/proc/{process.pid}/limits").read_text().splitlines()
        (core,) = [line for line in limits if line.startswith("Max core file size")]
        assert core.split()[4:6] == ["0", "0"]
    wanted = pieces(pcm)
    assert len(wanted) > 100
    written = written_since(began, tmp_path, *SHARED)
    assert [path for path, content in written if holds(content, wanted)] == []
    assert [path.name for path in tmp_path.iterdir()] == ["token"]


@needs_linux
def test_it_serves_where_not_a_byte_can_be_written_to_a_file(
    tiny_model: Path, tmp_path: Path
) -> None:
    limit = "import resource as r; r.setrlimit(r.RLIMIT_FSIZE, (0, 0))"
    with served(tiny_model, tmp_path, before=limit) as process:
        finals, _ = visit(process.port, canary(4), token=TOKEN)
        assert len(finals) == 2


@needs_linux
def test_no_log_says_who_sounded_how(tiny_model: Path, tmp_path: Path) -> None:
    with served(tiny_model, tmp_path) as process:
        finals, _ = visit(process.port, canary(5), token=TOKEN)
    entries = [json.loads(line) for line in process.log.splitlines()]
    assert {"ready", "session ended"} <= {entry["message"] for entry in entries}
    assert not [entry for entry in entries if entry["level"] in {"warning", "error"}]
    assert not _keys(entries) & {"label", "scores", "confidence", "verdict", "reason"}
    words = {*LABELS, *(final["label"] for final in finals), SOURCE, TOKEN}
    assert not [(entry, word) for entry in entries for word in words if word in str(entry)]
    assert process.log.count("127.0.0.1") == 1, "its own, of the metrics"


def _keys(value: Any) -> set[str]:
    """Those of all objects in it."""
    if isinstance(value, dict):
        return set(value) | {key for one in value.values() for key in _keys(one)}
    return {key for one in value for key in _keys(one)} if isinstance(value, list) else set()


@needs_linux
def test_nothing_is_sent_elsewhere(tiny_model: Path) -> None:
    unshare = shutil.which("unshare")
    apart = [unshare or "", "--user", "--map-root-user", "--net"]
    if not unshare or subprocess.run([*apart, "true"], capture_output=True).returncode:
        pytest.skip("no network namespace may be made here")
    done = subprocess.run(
        [*apart, sys.executable, "-m", "tests.server.offline", str(tiny_model)],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["finals"] == 2
    attempts = {name: count for name, count in said["server"].items() if count}
    assert attempts == {"Tcp.ActiveOpens": said["connections"]}
    control = said["control"]
    assert control["Ip.OutNoRoutes"] >= 2, "what is tried has to be counted"
