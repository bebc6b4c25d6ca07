from pathlib import Path

from training.report import Report, markdown, read_report


def test_comes_back_as_saved(model: Path, tmp_path: Path) -> None:
    report = read_report(model)
    assert report is not None
    report.save(tmp_path)
    assert read_report(tmp_path) == report
    assert (tmp_path / "report.md").read_text() == markdown(report)


def test_no_report_is_none(tmp_path: Path) -> None:
    assert read_report(tmp_path) is None


def changed(model: Path) -> Report:
    report = read_report(model)
    assert report is not None
    speech = report.splits["test"].speech
    speech.pooled = speech.pooled.model_copy(update={"uar": 0.4321, "chance_uar": 0.1667})
    speech.reasons = {"uncertain": 7}
    speech.answered_accuracy = None
    return report


def test_people_read_the_figures_beside_chance(model: Path) -> None:
    text = markdown(changed(model))
    (row,) = [
        line for line in text.split("## test")[1].splitlines() if line.startswith("| **all**")
    ]
    assert "0.432" in row
    assert "0.167" in row
    assert "Held back: uncertain 7." in text
    assert "right - of the time" in text


def test_tables_are_rectangular(model: Path) -> None:
    widths: set[int] = set()
    for line in [*markdown(changed(model)).splitlines(), ""]:
        if line.startswith("|"):
            widths.add(line.count("|"))
        else:
            assert len(widths) <= 1
            widths.clear()
