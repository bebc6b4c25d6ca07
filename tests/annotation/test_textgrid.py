from pathlib import Path

import parselmouth
import pytest

from annotation import Annotation, format_named
from tests.annotation.readers import textgrid_tiers
from tests.annotation.samples import annotation, segment

Tiers = dict[str, list[tuple[float, float, str]]]


@pytest.fixture
def in_praat(tmp_path: Path):  # type: ignore[no-untyped-def]
    def open_in_praat(one: Annotation) -> Tiers:
        path = tmp_path / "a.TextGrid"
        path.write_bytes(format_named("textgrid").write(one).encode())
        return textgrid_tiers(parselmouth.read(str(path)))

    return open_in_praat


def test_tiers_cover_the_recording_without_a_gap(in_praat) -> None:  # type: ignore[no-untyped-def]
    one = annotation(
        segment(400, 8000), segment(8000, 9020, utterance_id=400, segment=1, label="sad")
    )
    assert in_praat(one) == {
        "utterance": [(0, 0.4, ""), (0.4, 9.02, "1"), (9.02, 10, "")],
        "emotion": [(0, 0.4, ""), (0.4, 8, "happy"), (8, 9.02, "sad"), (9.02, 10, "")],
        "confidence": [(0, 0.4, ""), (0.4, 8, "0.81"), (8, 9.02, "0.81"), (9.02, 10, "")],
    }


def test_speech_from_the_first_to_the_last_sample_needs_no_gap(in_praat) -> None:  # type: ignore[no-untyped-def]
    assert in_praat(annotation(segment(0, 10_000)))["emotion"] == [(0, 10, "happy")]


def test_no_sound_at_all_is_still_a_textgrid(in_praat) -> None:  # type: ignore[no-untyped-def]
    assert in_praat(annotation(audio_ms=0))["emotion"] == [(0, 0.001, "")]


def test_corrections_and_notes_have_tiers_where_there_are_any(in_praat) -> None:  # type: ignore[no-untyped-def]
    one = annotation(segment(0, 1000), segment(2000, 3000, note='he said "né"'))
    found = in_praat(one)
    assert list(found) == ["utterance", "emotion", "confidence", "note"]
    assert [text for *_, text in found["note"] if text] == ['he said "né"']
