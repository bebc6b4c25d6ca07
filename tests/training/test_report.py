import json
from pathlib import Path

from tests.training.samples import report, split_report
from training.report import Report, markdown, read_report


def test_comes_back_as_saved(tmp_path: Path) -> None:
    made = report()
    made.save(tmp_path)
    assert read_report(tmp_path) == made
    assert (tmp_path / "report.md").read_text() == markdown(made)


def test_no_report_is_none(tmp_path: Path) -> None:
    assert read_report(tmp_path) is None


def test_reports_of_earlier_versions_are_read(tmp_path: Path) -> None:
    rows = json.loads(report().model_dump_json())
    rows.pop("held_out")
    split = rows["splits"]["test"]
    for name in ("noisy", "durations", "shifts", "rivals"):
        split.pop(name)
    for name in ("intervals", "corpus_intervals", "sexes", "languages", "speakers",
                 "corpus_confusions", "recalls", "reliability", "risk_coverage",
                 "counting_error"):  # fmt: skip
        split["speech"].pop(name)
    (tmp_path / "report.json").write_text(json.dumps(rows))
    old = read_report(tmp_path)
    assert old is not None
    assert "| **all** | 10 | 240 |" in markdown(old)


def test_people_read_the_figures_beside_chance() -> None:
    made = report()
    speech = made.splits["test"].speech
    speech.pooled = speech.pooled.model_copy(update={"uar": 0.4321, "chance_uar": 0.1667})
    speech.reasons = {"uncertain": 7}
    speech.answered_accuracy = None
    text = markdown(made)
    row = next(line for line in text.splitlines() if line.startswith("| **all** | 10"))
    assert "0.432" in row
    assert "0.167" in row
    assert "Held back: uncertain 7." in text
    assert "right - of the time" in text


def test_all_that_was_measured_is_told() -> None:
    text = markdown(report())
    for words in (
        "In 1 clips the segmenter found no segment to judge",
        "| language pl |",
        "| sex F |",
        "| babble | 10 dB | 0.400 | 5.0% |",
        "| mean, noise before | 0 dB | 0.250 |",
        "exactly right confidences would show 0.0",
        "| 0.5 s | 50 | 10% |",
        "| 80 (5 ms) | 240 | 0.012 | 0.200 | 5.0% |",
        "40.9 %",
        "If the split were random",
        "| recall of disgust |",
        "the thesis's recipe",
        "## corpora held out",
        "0.50 a minute",
    ):
        assert words in text, words


def test_tables_are_rectangular() -> None:
    widths: set[int] = set()
    for line in [*markdown(report()).splitlines(), ""]:
        if line.startswith("|"):
            widths.add(line.count("|"))
        else:
            assert len(widths) <= 1
            widths.clear()


def test_what_was_not_measured_is_left_out() -> None:
    split = split_report().model_copy(
        update={"noisy": None, "durations": [], "shifts": [], "rivals": [], "non_speech": None}
    )
    text = markdown(Report(name="m", version="1", runtime="torch", splits={"test": split}))
    for words in (
        "In noise",
        "By length",
        "Cut a little",
        "Beside other ways",
        "Non-speech",
        "held out",
    ):
        assert words not in text, words


def test_plots_stand_with_their_split(tmp_path: Path) -> None:
    made = report()
    made.save(tmp_path, [tmp_path / "report" / "test-noise.png"])
    assert "![test-noise](report/test-noise.png)" in (tmp_path / "report.md").read_text()
    made.save(tmp_path)  # what is drawn of another report is not shown
    assert "![" not in (tmp_path / "report.md").read_text()
