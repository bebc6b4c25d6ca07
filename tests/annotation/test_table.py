import csv
import io

from annotation import Segment, format_named
from tests.annotation.samples import annotation, segment


def written(*segments: Segment) -> str:
    return format_named("csv").write(annotation(*segments))


def test_a_header_alone_says_what_there_could_be() -> None:
    assert written() == (
        "source,utterance_id,segment,start_ms,end_ms,label,reason,confidence,"
        "score_happy,score_sad,model,correction,note\r\n"
    )


def test_a_row_holds_everything_that_is_known_of_a_segment() -> None:
    said = segment(400, 1620, label=None, reason="uncertain", correction="sad", note='a "b", c')
    (row,) = csv.DictReader(io.StringIO(written(said), newline=""), strict=True)
    assert row == {
        "source": "talk.wav",
        "utterance_id": "400",
        "segment": "0",
        "start_ms": "400",
        "end_ms": "1620",
        "label": "",
        "reason": "uncertain",
        "confidence": "0.810000",
        "score_happy": "0.810000",
        "score_sad": "0.190000",
        "model": "2026.11.22",
        "correction": "sad",
        "note": 'a "b", c',
    }


def test_every_line_ends_as_rfc_4180_asks_and_a_note_is_one_line() -> None:
    text = written(segment(0, 20, note="one\r\ntwo\nthree"))
    assert text.count("\r\n") == text.count("\n") == 2
    assert text.endswith(",one two three\r\n")


def test_a_score_that_another_model_has_not_is_left_empty() -> None:
    (row,) = csv.DictReader(io.StringIO(written(segment(0, 20, scores={"sad": 1, "calm": 0}))))
    assert (row["score_happy"], row["score_sad"]) == ("", "1.000000")
