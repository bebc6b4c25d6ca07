import json
from dataclasses import replace

from annotation import format_named
from tests.annotation.samples import annotation, segment

ANALYSIS = {
    "audio_ms": 10_000,
    "model": "2026.11.22",
    "utterances": [
        {
            "start_ms": 400,
            "end_ms": 1620,
            "segments": [
                {
                    "start_ms": 400,
                    "end_ms": 1620,
                    "label": "happy",
                    "reason": None,
                    "confidence": 0.81,
                    "scores": {"happy": 0.81, "sad": 0.19},
                }
            ],
        }
    ],
}
"""What `vivavoz classify --json` gives."""


def covers(whole: object, part: object) -> bool:
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(covers(whole[key], part[key]) for key in part)
    if isinstance(part, list):
        return isinstance(whole, list) and all(map(covers, whole, part))
    return whole == part


def test_it_holds_what_classify_gives() -> None:
    assert covers(json.loads(format_named("json").write(annotation(segment(400, 1620)))), ANALYSIS)


def test_it_says_by_whom_when_and_of_what_and_what_a_person_said() -> None:
    said = segment(400, 1620, correction="sad", note="a\nb")
    whole = json.loads(format_named("json").write(annotation(replace(said, model="2"))))
    assert (whole["source"], whole["made_at"]) == ("talk.wav", "2026-11-23T05:32:21Z")
    assert whole["labels"] == ["happy", "sad"]
    (one,) = whole["utterances"][0]["segments"]
    assert (one["model"], one["correction"], one["note"]) == ("2", "sad", "a\nb")


def test_half_a_pair_of_surrogates_can_be_written_as_utf_8() -> None:
    text = format_named("json").write(annotation(segment(0, 20, note="\ud83d")))
    assert json.loads(text.encode())["utterances"][0]["segments"][0]["note"] == "\ud83d"
