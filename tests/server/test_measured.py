from classifier import default_model_path
from server.measured import in_short
from server.rest import read_report


def test_the_bundled_models_report_is_understood() -> None:
    short = in_short(read_report(default_model_path()))
    assert short
    assert set(short["splits"]) == {"validation", "test"}
    for split in short["splits"].values():
        assert split["speech"].keys() == {
            "pooled",
            "uar_interval",
            "calibration_error",
            "answered",
            "answered_accuracy",
        }


def test_an_older_report_says_what_it_has() -> None:
    pooled = {"segments": 2, "accuracy": 0.5, "uar": 0.4, "chance_uar": 0.2, "macro_f1": 0.3}
    report = {"splits": {"test": {"speech": {"pooled": pooled, "answered_accuracy": None}}}}
    del pooled["macro_f1"]
    assert in_short(report) == {"splits": {"test": {"speech": {"pooled": pooled}}}}


def test_what_is_no_report_is_none() -> None:
    assert in_short({"splits": {"test": {}}}) is None
    assert in_short({"splits": [1]}) is None
