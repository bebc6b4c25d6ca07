import contextlib
import datetime
import json
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from server.feedback import Record
from server.feedback_store import (
    FeedbackFolderError,
    FeedbackFullError,
    FeedbackStore,
    new_id,
)
from server.recording import Recording
from tests.voice import speak

VOICE = Recording(speak(0.5), 16000)

ADDER = """
import sys
from pathlib import Path
from tests.server.test_feedback_store import VOICE, record
from server.feedback_store import FeedbackStore
store = FeedbackStore(Path(sys.argv[1]), free_bytes=0).open()
print(flush=True)
while True:
    kept = [record() for _ in range(3)]
    for one in kept:
        store.add(one, VOICE)
    store.remove([kept[0].id])
"""


def record(**fields: object) -> Record:
    given = {"label": "sad", "consent": True, "day": datetime.date(2026, 11, 23)}
    return Record(**given | {"file_name": f"{new_id()}.flac", "duration_ms": 500} | fields)


@pytest.fixture
def store(tmp_path: Path) -> FeedbackStore:
    return FeedbackStore(tmp_path / "feedback", free_bytes=0).open()


def lines(store: FeedbackStore) -> list[dict[str, object]]:
    text = (store.folder / "metadata.jsonl").read_text()
    return [json.loads(line) for line in text.splitlines()]


def flacs(store: FeedbackStore) -> set[str]:
    return {path.name for path in store.folder.glob("*.flac")}


@contextlib.contextmanager
def files_end_at(size: int) -> Iterator[None]:
    """No file of this process grows beyond this: a real failure to write, half way through."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def test_it_is_an_audiofolder(store: FeedbackStore) -> None:
    first, second = record(speaker="p1", note="ümläut\nline"), record(label="no_speech")
    store.add(first, VOICE)
    store.add(second, VOICE)
    assert [line["file_name"] for line in lines(store)] == [first.file_name, second.file_name]
    assert flacs(store) == {first.file_name, second.file_name}
    assert store.records() == [first, second]
    samples, rate = soundfile.read(store.folder / first.file_name, dtype="int16")
    assert rate == 16000
    assert np.array_equal(samples, VOICE.samples), "every sample is kept as it came"


def test_it_is_for_its_owner_alone(store: FeedbackStore) -> None:
    store.add(record(), VOICE)
    assert store.folder.stat().st_mode & 0o077 == 0
    assert not [path for path in store.folder.iterdir() if path.stat().st_mode & 0o077]


def test_ids_cannot_be_guessed() -> None:
    assert len({new_id() for _ in range(1000)}) == 1000
    assert len(new_id()) == 32


def test_what_is_removed_is_gone(store: FeedbackStore) -> None:
    kept, gone = record(), record()
    for one in (kept, gone):
        store.add(one, VOICE)
    assert store.remove([gone.id, new_id()]) == {gone.id}
    assert store.records() == [kept]
    assert flacs(store) == {kept.file_name}
    assert gone.id not in (store.folder / "metadata.jsonl").read_text()
    assert store.remove([gone.id]) == set()


@pytest.mark.parametrize("name", ["", "..", "../outside", "*", ".lock", "metadata.jsonl"])
def test_nothing_else_can_be_removed(store: FeedbackStore, name: str) -> None:
    (store.folder.parent / "outside.flac").touch()
    store.add(record(), VOICE)
    assert store.remove([name]) == set()
    assert len(store.records()) == 1
    assert (store.folder.parent / "outside.flac").exists()


def test_the_number_of_recordings_has_a_limit(tmp_path: Path) -> None:
    store = FeedbackStore(tmp_path / "f", most=2, free_bytes=0).open()
    first = record()
    for one in (first, record()):
        store.add(one, VOICE)
    with pytest.raises(FeedbackFullError, match="2 recordings"):
        store.add(record(), VOICE)
    store.remove([first.id])
    store.add(record(), VOICE)


def test_their_size_has_a_limit(tmp_path: Path) -> None:
    store = FeedbackStore(tmp_path / "f", most_bytes=12_000, free_bytes=0).open()
    store.add(record(), VOICE)
    with pytest.raises(FeedbackFullError, match="12000 bytes"):
        store.add(record(), VOICE)
    assert len(flacs(store)) == len(store.records()) == 1


def test_the_disk_is_never_filled(tmp_path: Path) -> None:
    store = FeedbackStore(tmp_path / "f", free_bytes=2**60).open()
    with pytest.raises(FeedbackFullError, match="nearly full"):
        store.add(record(), VOICE)
    assert store.records() == []


def test_a_recording_that_does_not_fit_leaves_nothing(store: FeedbackStore) -> None:
    store.add(record(), VOICE)
    before = sorted(store.folder.iterdir())
    with files_end_at(1000), pytest.raises(FeedbackFullError, match="disk is full"):
        store.add(record(), VOICE)
    assert sorted(store.folder.iterdir()) == before
    assert len(store.records()) == 1


def test_a_line_that_does_not_fit_leaves_nothing(store: FeedbackStore) -> None:
    for _ in range(3):
        store.add(record(note="n" * 500), VOICE)
    tiny = Recording(np.zeros(16, "<i2"), 16000)
    size = (store.folder / "metadata.jsonl").stat().st_size
    before = (store.folder / "metadata.jsonl").read_bytes()
    with files_end_at(size + 50), pytest.raises(FeedbackFullError, match="disk is full"):
        store.add(record(), tiny)
    assert (store.folder / "metadata.jsonl").read_bytes() == before
    assert len(flacs(store)) == 3
    store.add(record(), tiny)
    assert len(store.records()) == 4


def test_half_a_record_is_none_and_goes(store: FeedbackStore) -> None:
    whole, silent = record(), record()
    for one in (whole, silent):
        store.add(one, VOICE)
    (store.folder / silent.file_name).unlink()  # killed while it was removed
    (store.folder / record().file_name).touch()  # killed before its line was written
    (store.folder / ".part-1").touch()
    with (store.folder / "metadata.jsonl").open("a") as file:
        file.write('{"file_name": "ab')  # killed in the middle of it
    assert store.records() == [whole]
    store.open()
    assert [line["file_name"] for line in lines(store)] == [whole.file_name]
    assert flacs(store) == {whole.file_name}
    assert not list(store.folder.glob(".part-*"))


def test_a_torn_line_is_not_continued(store: FeedbackStore) -> None:
    store.add(record(), VOICE)
    with (store.folder / "metadata.jsonl").open("a") as file:
        file.write('{"file_name": "ab')
    store.add(record(), VOICE)
    assert len(lines(store)) == len(store.records()) == 2


def test_whoever_is_killed_leaves_whole_records(tmp_path: Path) -> None:
    folder = tmp_path / "feedback"
    folder.mkdir()
    for kills in range(4):
        with subprocess.Popen(
            [sys.executable, "-c", ADDER, folder], stdout=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            before = set(folder.glob("*.flac"))
            while len(set(folder.glob("*.flac")) - before) < 3 + kills:
                pass
            process.send_signal(signal.SIGKILL)
        store = FeedbackStore(folder).open()
        names = [line["file_name"] for line in lines(store)]
        assert len(names) == len(set(names))
        assert set(names) == flacs(store)
        for name in names:
            assert soundfile.info(folder / str(name)).frames == len(VOICE.samples)


def test_many_at_once(store: FeedbackStore) -> None:
    def add() -> None:
        own = FeedbackStore(store.folder, free_bytes=0)
        for _ in range(5):
            one = record()
            own.add(one, VOICE)
            own.add(record(), VOICE)
            assert own.remove([one.id]) == {one.id}

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.records()) == 20
    assert len(flacs(store)) == 20


def test_a_line_by_somebody_else_is_said(store: FeedbackStore) -> None:
    (store.folder / "metadata.jsonl").write_text('{"file_name": "../../etc/passwd"}\n')
    for work in (store.records, store.open, lambda: store.remove([new_id()])):
        with pytest.raises(FeedbackFolderError, match=r"metadata\.jsonl:1 is no record"):
            work()


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FeedbackFolderError, match="cannot be used"):
        FeedbackStore(tmp_path / "file" / "feedback").open()


def test_an_export_is_an_audiofolder_by_itself(store: FeedbackStore, tmp_path: Path) -> None:
    for _ in range(3):
        store.add(record(), VOICE)
    assert store.export(tmp_path / "copy") == 3
    copy = FeedbackStore(tmp_path / "copy")
    assert copy.records() == store.records()
    assert flacs(copy) == flacs(store)
    with pytest.raises(FeedbackFolderError, match="cannot be written"):
        store.export(tmp_path / "copy")
