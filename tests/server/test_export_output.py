from pathlib import Path

import pytest

from annotation import format_named
from server.command import CommandError
from server.export_output import Output, export_targets

CSV, EAF = format_named("csv"), format_named("eaf")


def test_a_file_is_written_as_it_is_told_to(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("older")
    output = Output(path)
    assert path.read_text() == "older"  # until something is written
    output.write("é\r\n")
    assert path.read_bytes() == "é\r\n".encode()  # another program can read it now
    output.close()
    more = Output(path, append=True)
    more.write("b\n")
    more.close()
    assert path.read_bytes() == "é\r\nb\n".encode()


def test_standard_output_is_left_open(capsys: pytest.CaptureFixture[str]) -> None:
    output = Output(None)
    output.write("é\r\n")
    output.close()
    print("more")
    assert capsys.readouterr().out == "é\r\nmore\n"


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    output = Output(tmp_path / "none" / "a.csv")
    with pytest.raises(CommandError, match=r"cannot write .*a\.csv: no such file"):
        output.write("")
    output.close()


def test_a_folder_gets_a_file_for_each_recording(tmp_path: Path) -> None:
    files = [Path("x/a.wav"), Path("b.flac")]
    for folder in (tmp_path, tmp_path / "made"):
        output = f"{folder}/" if folder.name == "made" else str(folder)
        assert export_targets(files, output, EAF) == [folder / "a.eaf", folder / "b.eaf"]
        assert folder.is_dir()


def test_a_table_holds_several_recordings(tmp_path: Path) -> None:
    path = tmp_path / "all.csv"
    assert export_targets([Path("a.wav"), Path("b.wav")], str(path), CSV) == [path, path]
    assert export_targets([Path("a.wav"), Path("b.wav")], None, CSV) == [None, None]


@pytest.mark.parametrize("output", [None, "all.eaf"])
def test_any_other_format_holds_one(output: str | None) -> None:
    with pytest.raises(CommandError, match="-o DIR/"):
        export_targets([Path("a.wav"), Path("b.wav")], output, EAF)


def test_two_recordings_are_not_written_over_each_other(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"2 recordings would be written to .*a\.eaf"):
        export_targets([Path("a.wav"), Path("b.wav"), Path("a.flac")], str(tmp_path), EAF)


def test_no_recording_is_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    with pytest.raises(CommandError, match="overwritten"):
        export_targets([path], f"{tmp_path}/../{tmp_path.name}/a.wav", CSV)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CommandError, match="cannot make"):
        export_targets([Path("a.wav")], f"{tmp_path}/file/folder/", CSV)
