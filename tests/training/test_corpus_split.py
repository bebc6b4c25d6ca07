from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from training.corpus_recording import Recording
from training.corpus_split import split_rows
from training.manifest import EMOTIONS, SPLITS, Split, check_speakers
from training.manifest_row import Row
from training.merge_settings import UNKNOWN_SPEAKERS, MergeSettings, UnknownSpeakers


def rows(
    speakers: int, unknown: int = 0, corpus: str = "x", allowed: tuple[Split, ...] = SPLITS
) -> list[Row]:
    people = [str(i) for i in range(speakers)] + [None] * unknown
    return [
        Row(
            Recording(Path(f"{i}{label}.wav"), label, corpus, who),
            label,
            1.0,
            f"{corpus}:{who or f'unknown:{i}{label}'}",
            "",
            "",
            SPLITS if who else allowed,
        )
        for i, who in enumerate(people)
        for label in EMOTIONS
    ]


def settings(unknown: UnknownSpeakers) -> MergeSettings:
    return MergeSettings(unknown_speakers=unknown)


def test_nobody_is_measured_on_who_may_have_been_learned_from() -> None:
    taken, left_out, notes = split_rows(rows(6, 2), settings("train"))
    assert not any(row.unknown for row in taken)
    assert {item.reason for item in left_out} == {
        "speaker unknown: may be somebody of this corpus who is measured on"
    }
    assert len(left_out) == 12
    assert not notes


@pytest.mark.parametrize("known", [0, 2])
def test_unknown_speakers_are_learned_from_where_nobody_is_measured_on(known: int) -> None:
    taken, left_out, notes = split_rows(rows(known, 3) + rows(6, 0, "y"), settings("train"))
    assert not left_out
    assert {row.split for row in taken if row.unknown} == {"train"}
    assert any("of 18 recordings the speaker cannot be told; they are in train" in n for n in notes)


def test_spread_unknown_speakers_are_measured_on_and_that_is_said() -> None:
    taken, left_out, notes = split_rows(rows(0, 20), settings("spread"))
    assert not left_out
    assert {row.split for row in taken} == set(SPLITS)
    assert notes == [
        "x: of 120 recordings the speaker cannot be told; "
        "each counts as a speaker of its own, so figures on them may flatter"
    ]


def test_left_out_unknown_speakers() -> None:
    taken, left_out, _ = split_rows(rows(6, 2), settings("leave-out"))
    assert len(taken) == 36
    assert {item.reason for item in left_out} == {"speaker unknown"}


@pytest.mark.parametrize("unknown", ["train", "leave-out", "spread"])
def test_splits_that_unknown_speakers_came_with_stay(unknown: UnknownSpeakers) -> None:
    came = [
        replace(row, allowed=(split,))
        for split in SPLITS
        for row in rows(0, 1, corpus=f"x {split}")
    ]
    came = [replace(row, recording=replace(row.recording, corpus="x")) for row in came]
    taken, left_out, notes = split_rows(came, settings(unknown))
    assert [row.split for row in taken] == [row.allowed[0] for row in came]
    assert not left_out
    assert len(notes) == 1
    assert ("on both sides" in notes[0]) == (unknown != "spread")


def test_notes_say_what_cannot_be_measured() -> None:
    *_, notes = split_rows(rows(3), MergeSettings())
    assert notes[0] == "x: 3 speaker(s) are too few to hold one out; all are in train"
    assert notes[1].startswith("nothing is in validation; training needs all three")
    assert notes[2].startswith("nothing is in test")
    some = [row for row in rows(8) if row.label != "disgust"]
    *_, notes = split_rows(some, MergeSettings())
    assert notes == [f"nothing in {split} is disgust" for split in SPLITS]


people = st.tuples(
    st.sampled_from("xy"),
    st.one_of(st.none(), st.sampled_from("abcdefgh")),
    st.sampled_from(EMOTIONS),
)


@hypothesis_settings(max_examples=15, deadline=None)
@given(st.lists(people, max_size=40), st.sampled_from(UNKNOWN_SPEAKERS), st.integers(0, 9))
def test_any_corpora_are_split_by_whole_speakers_and_nothing_is_lost(
    said: list[tuple[str, str | None, str]], unknown: UnknownSpeakers, seed: int
) -> None:
    given_rows = [
        Row(
            Recording(Path(f"{i}.wav"), label, corpus, who), label, 1.0,
            f"{corpus}:{who or f'unknown:{i}.wav'}", "", "",
        )
        for i, (corpus, who, label) in enumerate(said)
    ]  # fmt: skip
    merging = MergeSettings(unknown_speakers=unknown, seed=seed)
    taken, left_out, _ = split_rows(given_rows, merging)
    check_speakers(row.clip for row in taken)
    paths = [row.recording.path for row in taken] + [item.path for item in left_out]
    assert sorted(paths) == sorted(row.recording.path for row in given_rows)
    if unknown != "spread":
        assert all(row.split == "train" for row in taken if row.unknown)
    again, *_ = split_rows(given_rows[::-1], merging)
    assert {(r.recording.path, r.split) for r in again} == {
        (r.recording.path, r.split) for r in taken
    }
