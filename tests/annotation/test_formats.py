import pytest
from hypothesis import HealthCheck, given, settings

from annotation import FORMATS, Annotation, UnknownFormatError, format_named
from annotation.notation import one_line, remark
from tests.annotation import golden
from tests.annotation.readers import READERS, Found
from tests.annotation.samples import annotations

MANY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def expected(annotation: Annotation, name: str) -> Found:
    """What a reader finds; Audacity's labels say the rest too, JSON says words as they are."""
    found = []
    for segment in annotation.segments:
        word = segment.word if name != "json" else segment.label or segment.reason or ""
        said = remark(segment.correction, segment.note) if name == "audacity" else ""
        found.append((segment.start_ms, segment.end_ms, f"{word} ({said})" if said else word))
    return found


def test_there_is_a_reader_for_every_format_and_a_golden_file_for_every_case() -> None:
    assert set(READERS) == set(FORMATS)
    assert len(golden.CASES) >= 4
    files = {f"{case}{each.suffix}" for case in golden.CASES for each in FORMATS.values()}
    assert {path.name for path in golden.FOLDER.iterdir()} == files


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("case", golden.CASES)
def test_what_is_written_is_the_golden_file(case: str, name: str) -> None:
    form = FORMATS[name]
    assert form.write(golden.annotation(case)) == golden.golden(case, form.suffix)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("case", golden.CASES)
def test_the_golden_file_is_opened_by_another_program(case: str, name: str) -> None:
    found = READERS[name](golden.golden(case, FORMATS[name].suffix))
    assert found == expected(golden.annotation(case), name)


@pytest.mark.parametrize("name", FORMATS)
def test_what_is_written_is_read_back(name: str) -> None:
    @MANY
    @given(annotations())
    def holds(annotation: Annotation) -> None:
        assert READERS[name](FORMATS[name].write(annotation)) == expected(annotation, name)

    holds()


@pytest.mark.parametrize("name", [name for name, form in FORMATS.items() if form.rows])
def test_row_by_row_is_the_same_as_at_once(name: str) -> None:
    form, whole = FORMATS[name], golden.annotation("said")
    assert form.rows is not None
    rows = [form.rows.row(whole.about, segment) for segment in whole.segments]
    assert form.rows.begin(whole.about) + "".join(rows) == form.write(whole)
    assert all(row.endswith("\n") for row in rows)


def test_an_unknown_format_says_which_there_are() -> None:
    with pytest.raises(UnknownFormatError) as error:
        format_named("docx")
    assert str(error.value) == (
        "there is no format 'docx'; choose from csv, json, vtt, audacity, textgrid, eaf"
    )


def test_no_word_is_lost_to_cleaning() -> None:
    assert one_line("\n\t ") == ""
    assert golden.annotation("said").segments[0].word == "fâché, très"
