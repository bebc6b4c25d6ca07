import pytest

from annotation import Annotation, AnnotationError
from tests.annotation.samples import ABOUT, annotation, segment


def test_segments_of_an_utterance_stand_together() -> None:
    one = annotation(
        segment(0, 8000), segment(8000, 9000, utterance_id=0, segment=1), segment(9000, 9500)
    )
    assert [[each.start_ms for each in said] for said in one.utterances] == [[0, 8000], [9000]]


def test_nothing_said_is_an_annotation_too() -> None:
    assert annotation(audio_ms=0).utterances == ()


@pytest.mark.parametrize(
    ("segments", "why"),
    [
        ([segment(500, 500)], "no place"),
        ([segment(500, 400)], "no place"),
        ([segment(-20, 400)], "no place"),
        ([segment(9000, 10_020)], "no place"),
        ([segment(0, 1000), segment(980, 2000)], "before the one at 0 ms ends"),
        ([segment(2000, 3000), segment(0, 1000)], "before the one at 2000 ms ends"),
    ],
)
def test_segments_out_of_order_are_refused(segments: list, why: str) -> None:
    with pytest.raises(AnnotationError, match=why):
        Annotation(ABOUT, 10_000, tuple(segments))


def test_what_a_cut_connection_gave_is_put_in_order_and_nothing_stands_twice() -> None:
    given = [
        segment(4000, 5000),
        segment(0, 1000, label="sad"),
        segment(900, 2000),
        segment(0, 1000),
    ]
    gathered = Annotation.gather(ABOUT, 3000, given)
    assert [(each.start_ms, each.end_ms, each.word) for each in gathered.segments] == [
        (0, 1000, "sad"),
        (1000, 2000, "happy"),
        (4000, 5000, "happy"),
    ]
    assert gathered.audio_ms == 5000
    assert Annotation.gather(ABOUT, 9000, given).audio_ms == 9000


@pytest.mark.parametrize(
    ("label", "reason", "word"),
    [("sad", None, "sad"), (None, "clipped", "clipped"), ("\n", None, "unknown")],
)
def test_a_verdict_has_a_word(label: str | None, reason: str | None, word: str) -> None:
    assert segment(0, 20, label=label, reason=reason).word == word
