from __future__ import annotations

import json

import pytest

from classifier import Calibration, ModelFileError
from classifier.calibration import read_description

WHOLE = {
    "name": "compact",
    "version": "2026.11.22-1a2b3c4d",
    "calibration": {
        "temperature": 1.3,
        "uncertain_below": 0.42,
        "no_speech_above": 0.6,
        "least_voiced_ms": 310,
        "least_snr_db": 4.0,
        "most_clipped": 0.06,
    },
}


def write(folder, content):
    text = content if isinstance(content, str) else json.dumps(content)
    (folder / "vivavoz.json").write_text(text)
    return folder


def test_everything_is_read(tmp_path):
    description = read_description(write(tmp_path, WHOLE))
    assert (description.name, description.version) == ("compact", "2026.11.22-1a2b3c4d")
    assert description.calibration.model_dump() == WHOLE["calibration"]


def test_everything_is_optional(tmp_path):
    missing, empty = read_description(tmp_path), read_description(write(tmp_path, {}))
    assert missing == empty
    assert (empty.name, empty.version) == (None, None)
    assert empty.calibration.model_dump() == {
        "temperature": 1.0,
        "uncertain_below": 0.4,
        "no_speech_above": 0.5,
        "least_voiced_ms": 300,
        "least_snr_db": 3.0,
        "most_clipped": 0.05,
    }


def test_one_value_leaves_the_others(tmp_path):
    description = read_description(write(tmp_path, {"calibration": {"temperature": 2}}))
    assert description.calibration == Calibration(temperature=2)


def test_what_a_later_trainer_adds_beside_is_ignored(tmp_path):
    assert read_description(write(tmp_path, {**WHOLE, "measured": {"uar": 0.5}})).name == "compact"


@pytest.mark.parametrize(
    "calibration",
    [
        {"temperature": 0},
        {"temperature": -1},
        {"uncertain_below": 1.1},
        {"no_speech_above": -0.1},
        {"least_voiced_ms": -1},
        {"least_voiced_ms": 0.5},
        {"most_clipped": 2},
        {"least_snr_db": "loud"},
        {"uncertain_bellow": 0.5},
    ],
    ids=str,
)
def test_values_out_of_range_and_unknown_rules_name_the_file_and_the_field(tmp_path, calibration):
    with pytest.raises(ModelFileError, match=r"vivavoz\.json") as error:
        read_description(write(tmp_path, {"calibration": calibration}))
    assert next(iter(calibration)) in str(error.value)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '"x"', '{"calibration": {"temperature": NaN}}', '{"name": ""}',
     '{"name": "a\\nb"}', '{"version": 7}'],
)  # fmt: skip
def test_what_is_no_description_is_refused(tmp_path, text):
    with pytest.raises(ModelFileError, match=r"vivavoz\.json"):
        read_description(write(tmp_path, text))


def test_a_file_that_is_not_text_is_refused(tmp_path):
    (tmp_path / "vivavoz.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ModelFileError):
        read_description(tmp_path)
