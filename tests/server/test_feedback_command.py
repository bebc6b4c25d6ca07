import json
from pathlib import Path

import pytest

from server.cli import main
from server.feedback import Said
from server.feedback_store import FeedbackStore
from tests.server.test_feedback_store import VOICE, record


@pytest.fixture
def store(tmp_path: Path) -> FeedbackStore:
    """Three recordings, two of them of one speaker."""
    store = FeedbackStore(tmp_path / "feedback", free_bytes=0).open()
    store.add(record(speaker="p1", verdict=Said(label="happy")), VOICE)
    store.add(record(speaker="p1", verdict=Said(reason="uncertain")), VOICE)
    store.add(record(), VOICE)
    return store


def run(store: FeedbackStore, *arguments: str) -> int:
    return main(["feedback", *arguments, "--feedback-dir", str(store.folder)])


def test_list(store: FeedbackStore, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(store, "list") == 0
    first, second, third = capsys.readouterr().out.splitlines()
    ids = [one.id for one in store.records()]
    assert first.split() == [ids[0], "2026-11-23", "0.5", "s", "happy", "->", "sad", "p1"]
    assert "uncertain -> sad" in second
    assert "? -> sad" in third
    assert run(store, "list", "--json") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["file_name"][:32] for line in lines] == ids


def test_export(store: FeedbackStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(store, "export", str(tmp_path / "copy")) == 0
    assert capsys.readouterr().out.startswith("3 recordings")
    assert FeedbackStore(tmp_path / "copy").records() == store.records()
    assert run(store, "export", str(tmp_path / "copy")) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_delete_by_id(store: FeedbackStore, capsys: pytest.CaptureFixture[str]) -> None:
    first, second, third = store.records()
    assert run(store, "delete", first.id, third.id) == 0
    assert capsys.readouterr().out == "2 deleted\n"
    assert store.records() == [second]
    assert run(store, "delete", first.id, second.id) == 1
    assert capsys.readouterr().err == f"vivavoz: 1 deleted; there is no feedback {first.id}\n"
    assert store.records() == []


def test_delete_all_of_a_speaker(store: FeedbackStore, capsys: pytest.CaptureFixture[str]) -> None:
    third = store.records()[2]
    assert run(store, "delete", "--speaker", "p1") == 0
    assert store.records() == [third]
    assert run(store, "delete", "--speaker", "p1") == 1
    assert "nothing is to be deleted" in capsys.readouterr().err


def test_the_folder_has_to_be_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VIVAVOZ_FEEDBACK_DIR", raising=False)
    assert main(["feedback", "list"]) == 1
    assert "--feedback-dir" in capsys.readouterr().err
    assert main(["feedback", "list", "--feedback-dir", str(tmp_path / "none")]) == 1
    assert not (tmp_path / "none").exists()
    monkeypatch.setenv("VIVAVOZ_FEEDBACK_DIR", str(tmp_path))
    assert main(["feedback", "list"]) == 0
