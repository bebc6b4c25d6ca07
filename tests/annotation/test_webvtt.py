import webvtt

from annotation import format_named
from tests.annotation.samples import annotation, segment


def written(*segments: object, audio_ms: int = 10_000) -> str:
    return format_named("vtt").write(annotation(*segments, audio_ms=audio_ms))  # type: ignore[arg-type]


def test_it_is_captions_with_a_note_of_where_they_come_from() -> None:
    captions = webvtt.from_string(written(segment(400, 1620)))
    assert [each.text for each in captions] == ["happy 0.81"]
    (comment,) = captions.header_comments
    assert comment == "source: talk.wav\nmade: 2026-11-23T05:32:21Z by vivavoz, model 2026.11.22"


def test_hours_are_counted_past_a_hundred() -> None:
    hour = 3_600_000
    text = written(segment(100 * hour + 61_001, 100 * hour + 61_999), audio_ms=101 * hour)
    assert "\n100:01:01.001 --> 100:01:01.999\n" in text


def test_no_text_ends_a_cue_or_opens_a_tag() -> None:
    said = segment(0, 20, label=None, reason="clipped", note="a\n\nb --> <i>c</i> & d")
    assert written(said).endswith("\n[clipped]\na b --&gt; &lt;i&gt;c&lt;/i&gt; &amp; d\n")
