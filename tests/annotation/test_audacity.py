from annotation import format_named
from tests.annotation.samples import annotation, segment


def test_a_label_is_seconds_tab_seconds_tab_text() -> None:
    said = [segment(0, 20), segment(3_661_001, 3_662_000, label=None, reason="too_noisy")]
    assert format_named("audacity").write(annotation(*said, audio_ms=4_000_000)) == (
        "0.000000\t0.020000\thappy\n3661.001000\t3662.000000\ttoo_noisy\n"
    )


def test_what_a_person_said_stands_in_brackets_without_tabs() -> None:
    said = segment(0, 20, correction="sad", note="a\tb\nc")
    assert format_named("audacity").write(annotation(said)).endswith("\thappy (sad: a b c)\n")
