import doctest
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.training.corpus_tree import TREES, ravdess_names, tone, tones
from training import corpus_merge
from training.corpus_merge import Merged, merge
from training.emotion_words import EmotionRule
from training.manifest import EMOTIONS, ManifestError
from training.merge_settings import MergeSettings
from training.speaker_split import Shares

NO_SETTINGS = MergeSettings()


def reasons(merged: Merged) -> dict[str, int]:
    counts: dict[str, int] = defaultdict(int)
    for item in merged.left_out:
        counts[f"{item.corpus}: {item.reason}"] += 1
    return dict(counts)


def splits(merged: Merged, corpus: str = "") -> dict[str, str]:
    return {r.speaker: r.split for r in merged.rows if r.corpus.startswith(corpus)}


def table(path: Path, rows: Iterable[str], head: str = "path,emotion,speaker,split") -> Path:
    path.write_text("\n".join([head, *rows]) + "\n")
    return path


def test_examples() -> None:
    assert doctest.testmod(corpus_merge).failed == 0


def test_number_one_of_two_corpora_is_two_people(tmp_path: Path) -> None:
    for name in ("one", "two"):
        tone(tmp_path / name / "a.wav")
        table(tmp_path / name / "t.csv", ["a.wav,sad,03,"])
    merged = merge([(n, tmp_path / n / "t.csv") for n in ("one", "two")], NO_SETTINGS)
    assert [row.speaker for row in merged.rows] == ["one:03", "two:03"]


def test_a_corpus_is_split_the_same_whatever_is_merged_with_it(tmp_path: Path) -> None:
    places = [(name, tones(tmp_path / name, TREES[name])) for name in ("ravdess", "emodb")]
    both = merge(places, NO_SETTINGS)
    assert splits(both, "emodb") == splits(merge(places[1:], NO_SETTINGS))
    assert set(splits(both, "emodb").values()) == {"train", "validation", "test"}
    others = [splits(merge(places, MergeSettings(seed=seed))) for seed in (2, 3, 4)]
    assert any(other != splits(both) for other in others)


def test_labels_are_mapped_and_dropped_as_said_and_counted(tmp_path: Path) -> None:
    place = tones(tmp_path, ravdess_names(range(1, 5)))
    merged = merge([("ravdess", place)], NO_SETTINGS)
    assert reasons(merged) == {"ravdess: dropped: surprised": 4}
    assert {r.recording.emotion: r.label for r in merged.rows}["calm"] == "neutral"
    other = MergeSettings(emotions=EmotionRule({"surprised": "happy"}, ["calm"]))
    merged = merge([("ravdess", place)], other)
    assert reasons(merged) == {"ravdess: dropped: calm": 4}
    assert {r.recording.emotion: r.label for r in merged.rows}["surprised"] == "happy"


def test_what_is_no_use_is_counted_by_reason(tmp_path: Path) -> None:
    tones(tmp_path, ravdess_names(range(1, 5), [5]))
    soundfile.write(tmp_path / "03-01-01-01-01-01-01.wav", np.zeros(0), 16000)
    (tmp_path / "03-01-01-01-01-01-02.wav").write_bytes(b"no sound at all")
    (tmp_path / "03-01-01-01-01-01-03.m4a").write_bytes(b"x")
    tone(tmp_path / "notes.wav")
    merged = merge([("ravdess", tmp_path)], NO_SETTINGS)
    assert len(merged.rows) == 4
    assert sorted(reasons(merged)) == [
        "ravdess: .m4a is not read; convert it to WAV or FLAC",
        "ravdess: empty: no sound in it",
        "ravdess: its name does not fit the rule of ravdess (03-01-06-01-02-01-12)",
        "ravdess: unreadable: damaged, or not the format it is named as",
    ]
    assert merged.rows[0].seconds == pytest.approx(0.1)


def test_of_a_recording_that_comes_twice_the_first_readable_counts(tmp_path: Path) -> None:
    names = ravdess_names(range(1, 5), [5, 6])
    tones(tmp_path / "own", names)
    tones(tmp_path / "own/copy", names[:2])  # as in Kaggle's RAVDESS
    tone(tmp_path / "thesis/Angry" / Path(names[0]).name)
    (tmp_path / "thesis/Suprised").mkdir()
    listed = tmp_path / "listed.csv"
    table(listed, [f"own/{names[3]},fearful,,"])
    (tmp_path / "own" / names[0]).write_bytes(b"")
    merged = merge(
        [("ravdess", tmp_path / "own"), ("thesis", tmp_path / "thesis"), ("l", listed)],
        NO_SETTINGS,
    )
    assert len(merged.rows) == len(names)
    assert merged.rows[0].recording.path.is_relative_to(tmp_path / "own/Actor_01")
    assert reasons(merged) == {
        "ravdess: empty: no bytes": 1,
        "ravdess: the same recording again": 2,  # one copy, and Kaggle's
        "l: the same recording again": 1,
    }


def test_a_split_in_a_table_holds_for_the_person_in_every_corpus(tmp_path: Path) -> None:
    own = tones(tmp_path / "own", ravdess_names(range(1, 9)))
    rows = [
        f"own/Actor_{a:02}/03-01-05-01-01-01-{a:02}.wav,angry,ravdess,who{a},{split}"
        for a, split in enumerate(["test", "test", "validation", *["train"] * 5], start=1)
    ]
    given = table(tmp_path / "given.csv", rows, "path,emotion,corpus,speaker,split")
    for order in ([("ravdess", own), ("given", given)], [("given", given), ("ravdess", own)]):
        found = splits(merge(order, NO_SETTINGS))
        assert [n for n, at in found.items() if at == "test"] == ["ravdess:01", "ravdess:02"]
        assert [n for n, at in found.items() if at == "validation"] == ["ravdess:03"]


def test_somebody_on_both_sides_is_refused_by_name_and_resplit_mends_it(tmp_path: Path) -> None:
    rows = []
    for i, who in enumerate("abcdef"):
        tone(tmp_path / f"{who}.wav")
        tone(tmp_path / f"{who}2.wav")
        rows += [f"{who}.wav,sad,{who},train", f"{who}2.wav,sad,{who},{'test' if i == 1 else ''}"]
    place = table(tmp_path / "t.csv", rows)
    with pytest.raises(ManifestError, match=r"1 speaker\(s\).*\(t:b\): use --resplit"):
        merge([("t", place)], NO_SETTINGS)
    merged = merge([("t", place)], MergeSettings(resplit=True))
    assert len({(r.speaker, r.split) for r in merged.rows}) == 6
    assert {r.split for r in merged.rows} == {"train", "validation", "test"}


def test_a_held_out_split_that_a_corpus_lacks_is_taken_from_its_train(tmp_path: Path) -> None:
    rows = []
    for i in range(10):
        tone(tmp_path / f"{i}.wav")
        rows.append(f"{i}.wav,sad,s{i},{'test' if i < 2 else 'train'}")
    found = splits(merge([("t", table(tmp_path / "t.csv", rows))], NO_SETTINGS))
    assert {name for name, at in found.items() if at == "test"} == {"t:s0", "t:s1"}
    assert 1 <= sum(at == "validation" for at in found.values()) <= 2


def test_the_sex_of_a_speaker_is_what_most_recordings_say(tmp_path: Path) -> None:
    names = [f"{c}-01-01-01-09.wav" for c in ("n1", "f2", "h3", "s4")] + ["a5-01-01-02-09.wav"]
    merged = merge([("ased", tones(tmp_path, names))], NO_SETTINGS)
    assert {row.sex for row in merged.rows} == {"F"}


def test_a_language_can_be_said(tmp_path: Path) -> None:
    tone(tmp_path / "sad/a.wav")
    settings = MergeSettings(languages={"mine": "it", "other": "fr"})
    assert merge([("mine", tmp_path)], settings).rows[0].language == "it"


def test_nothing_left_is_an_error_with_the_reasons(tmp_path: Path) -> None:
    tones(tmp_path, ravdess_names([1, 2], [8]))
    with pytest.raises(ManifestError, match=r"nothing is left.*2 x dropped: surprised"):
        merge([("ravdess", tmp_path)], NO_SETTINGS)


@pytest.mark.parametrize("corpus", TREES)
def test_each_published_corpus_is_split_by_whole_speakers(tmp_path: Path, corpus: str) -> None:
    merged = merge(
        [(corpus, tones(tmp_path, TREES[corpus]))], MergeSettings(shares=Shares(0.2, 0.2))
    )
    sides = defaultdict(set)
    for row in merged.rows:
        sides[row.speaker].add(row.split)
    assert all(len(at) == 1 for at in sides.values())
    have = {row.label for row in merged.rows}
    for split in ("train", *(() if corpus == "tess" else ("validation", "test"))):
        assert {row.label for row in merged.rows if row.split == split} == have
    assert have <= set(EMOTIONS)
    assert bool(merged.notes) == (corpus == "tess" or len(have) < len(EMOTIONS))
