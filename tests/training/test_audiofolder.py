import json
from pathlib import Path

import pytest

from tests.training.corpus_tree import tone, tones
from training.audiofolder import read_audiofolder
from training.corpus_recording import LeftOut, Recording
from training.manifest import ManifestError


def read(place: Path) -> tuple[dict[str, Recording], dict[str, str]]:
    found = list(read_audiofolder("mine", place))
    taken = {i.path.relative_to(place).as_posix(): i for i in found if isinstance(i, Recording)}
    gone = {i.path.name: i.reason for i in found if isinstance(i, LeftOut)}
    return taken, gone


def test_a_table_of_lines_of_json(tmp_path: Path) -> None:
    rows = [
        {"file_name": "a.flac", "emotion": "Anger", "speaker": 3, "gender": "female"},
        {"file_name": "deep/b.flac", "label": "sad\u2028ness", "speaker": None, "language": "it"},
        {"file_name": "gone.flac", "label": "sad", "split": "dev"},
        {"file_name": "../../etc/passwd", "label": "sad"},
    ]
    text = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    (tmp_path / "metadata.jsonl").write_text(text + "\n\n", encoding="utf-8")
    tones(tmp_path, ["a.flac", "deep/b.flac", "extra.flac"])
    taken, gone = read(tmp_path)
    first = taken["a.flac"]
    assert (first.emotion, first.speaker, first.sex, first.split) == ("angry", "3", "F", None)
    assert (taken["deep/b.flac"].speaker, taken["deep/b.flac"].language) == (None, "it")
    assert taken["gone.flac"].split == "validation"  # that it is not there is found by its length
    assert gone == {
        "passwd": "listed, but outside the folder",
        "extra.flac": "there, but in no metadata table",
    }


def test_a_table_in_each_split_and_newlines_in_cells(tmp_path: Path) -> None:
    for split, speaker in (("train", "ann"), ("valid", "bob"), ("test", "cid")):
        tone(tmp_path / split / "x.wav")
        (tmp_path / split / "metadata.csv").write_text(
            f'file_name,text,label,speaker_id\nx.wav,"two\nlines",joy,{speaker}\n'
        )
    taken, gone = read(tmp_path)
    assert {(r.split, r.speaker, r.emotion) for r in taken.values()} == {
        ("train", "ann", "happy"), ("validation", "bob", "happy"), ("test", "cid", "happy"),
    }  # fmt: skip
    assert not gone


def test_class_folders_with_and_without_splits(tmp_path: Path) -> None:
    tones(tmp_path, ["train/happy/a.wav", "dev/Sad/b.wav", "fear/c.wav", "test/d.wav", "e.wav"])
    taken, gone = read(tmp_path)
    assert {name: (r.emotion, r.split, r.speaker) for name, r in taken.items()} == {
        "train/happy/a.wav": ("happy", "train", None),
        "dev/Sad/b.wav": ("sad", "validation", None),
        "fear/c.wav": ("fearful", None, None),
    }
    assert set(gone) == {"d.wav", "e.wav"}
    assert all(reason.startswith("no label") for reason in gone.values())


def test_links_as_in_the_cache_of_the_hub(tmp_path: Path) -> None:
    blob = tone(tmp_path / "blobs/0.wav")
    place = tmp_path / "snapshots/1"
    place.mkdir(parents=True)
    (place / "a.wav").symlink_to(blob)
    (place / "metadata.csv").write_text("file_name,emotion\na.wav,sad\n")
    taken, gone = read(place)
    assert (set(taken), gone) == ({"a.wav"}, {})


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("metadata.csv", b"file,emotion\na.wav,sad\n", "row 1 has no file_name"),
        ("metadata.jsonl", b'{"file_name": "a.wav"}\n[1]\n', "row 2 has no file_name"),
        ("metadata.jsonl", b"not json", "is no JSONL"),
        ("metadata.csv", b"file_name\n\xff\xfe\n", "is no CSV in UTF-8"),
    ],
)
def test_a_broken_table_is_named(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ManifestError, match=f"{name}.*{message}"):
        read(tmp_path)
