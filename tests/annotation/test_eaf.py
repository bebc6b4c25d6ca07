import pytest
from lxml import etree

from annotation import About, Annotation, format_named
from annotation.eaf import REASONS
from server.protocol import Reason
from tests.annotation.readers import eaf_tiers, read_eaf
from tests.annotation.samples import ABOUT, annotation, segment


def written(one: Annotation) -> str:
    text = format_named("eaf").write(one)
    read_eaf(text)  # it is valid
    return text


def from_source(source: str) -> etree._Element:
    about = About(source, ABOUT.made_at, ABOUT.model, ABOUT.labels)
    return etree.fromstring(written(Annotation(about, 0, ())).encode())


def test_the_reasons_are_those_of_the_protocol() -> None:
    assert tuple(Reason) == REASONS


def test_each_level_is_a_tier_and_what_is_said_of_a_segment_has_its_times() -> None:
    one = annotation(
        segment(400, 8000, note="très"),
        segment(8000, 9020, utterance_id=400, segment=1, label=None, reason="uncertain"),
        segment(9500, 9900, correction="no_speech"),
    )
    assert eaf_tiers(written(one)) == {
        "utterance": [(400, 9020, "1"), (9500, 9900, "2")],
        "emotion": [(400, 8000, "happy"), (8000, 9020, "uncertain"), (9500, 9900, "happy")],
        "confidence": [
            (400, 8000, "0.81", "happy"),
            (8000, 9020, "0.81", "uncertain"),
            (9500, 9900, "0.81", "happy"),
        ],
        "correction": [(9500, 9900, "no_speech", "happy")],
        "note": [(400, 8000, "très", "happy")],
    }


def test_time_slots_are_in_order() -> None:
    document = etree.fromstring(written(annotation(segment(0, 20), segment(20, 40))).encode())
    times = [int(slot.get("TIME_VALUE")) for slot in document.iter("TIME_SLOT")]
    assert times == [0, 0, 20, 20, 20, 20, 40, 40]


def test_the_vocabulary_holds_labels_and_reasons_and_what_else_was_said() -> None:
    one = annotation(segment(0, 20, label="calm"), segment(20, 40, correction="bored"))
    document = etree.fromstring(written(one).encode())
    entries = {
        entry.get("CVE_ID"): entry.findtext("CVE_VALUE") for entry in document.iter("CV_ENTRY_ML")
    }
    assert list(entries.values()) == ["happy", "sad", *REASONS, "calm", "bored"]
    named = [*document.iter("ALIGNABLE_ANNOTATION"), *document.iter("REF_ANNOTATION")]
    assert [
        (entries[each.get("CVE_REF")], each.findtext("ANNOTATION_VALUE"))
        for each in named
        if each.get("CVE_REF")
    ] == [("calm", "calm"), ("happy", "happy"), ("bored", "bored")]


def test_a_person_is_not_named_as_the_model() -> None:
    document = etree.fromstring(written(annotation(segment(0, 20, note="no"))).encode())
    annotators = {tier.get("TIER_ID"): tier.get("ANNOTATOR") for tier in document.iter("TIER")}
    assert annotators["emotion"] == "2026.11.22"
    assert annotators["note"] is None


@pytest.mark.parametrize(
    ("source", "media_type"),
    [("a b.WAV", "audio/x-wav"), ("c.flac", "audio/flac"), ("microphone", None), ("wav", None)],
)
def test_the_recording_is_looked_for_beside_the_document(
    source: str, media_type: str | None
) -> None:
    media = from_source(source).find("HEADER/MEDIA_DESCRIPTOR")
    if media_type is None:
        assert media is None
    else:
        assert media is not None
        assert media.get("RELATIVE_MEDIA_URL") == f"./{source}"
        assert media.get("MIME_TYPE") == media_type
