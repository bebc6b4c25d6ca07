"""``vivavoz classify``: recordings, labelled in this process, without a server."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

from classifier import Classifier, ClassifierError
from server.analysis import Analysis, analyse
from server.classify_export import RecordingsExport
from server.command import FAILED, MAX_FILE_MS, command_parser, file_mistake
from server.export import about_now, add_format_flags, annotation_of, check_format_flags
from server.flags import add_flags, read_settings
from server.inference import classify_segment, model_info
from server.model_command import add_model_flags, one_line, open_model
from server.protocol import ErrorCode
from server.recording import RecordingError, read_recording
from server.verdict_text import counted, verdict_line
from vad import VadSettings

DESCRIPTION: Final = """\
Label recordings (WAV, FLAC, OGG), without a server and without waiting as long as they sound.

  vivavoz classify recording.wav
  vivavoz classify *.wav --json > labels.jsonl
  vivavoz classify *.wav --format csv > labels.csv
  vivavoz classify *.wav --format textgrid -o labels/

With --json, line by line for the files in their order: the very object that POST /v1/classify
answers, {"audio_ms", "model", "utterances"}, or {"error"} for a file that cannot be read.
The others are answered all the same; the exit code is then 1.
"""


def main(argv: Sequence[str]) -> int:
    """Run the command."""
    parser = command_parser("classify", DESCRIPTION)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a recording")
    add_format_flags(parser, "a file, or a folder with a file for each recording")
    add_model_flags(parser)
    add_flags(parser.add_argument_group("how speech is cut out"), ("vad",))
    arguments = parser.parse_args(argv)
    check_format_flags(parser, arguments)
    files, form = arguments.files, arguments.format
    # Before the model is loaded: a mistake is told at once.
    export = RecordingsExport(form, files, arguments.output) if form else None
    model, vad = open_model(arguments), read_settings(arguments).vad
    failed = 0
    for path in files:
        try:
            analysis = _analyse(path, model, vad)
        except _FileError as error:
            failed += 1
            print(f"vivavoz: {error}", file=sys.stderr)
            if arguments.json:
                print(json.dumps({"error": {"code": error.code, "message": str(error)}}))
            continue
        if export:
            export.write(path, annotation_of(analysis, about_now(path.name, model_info(model))))
        else:
            print(analysis.model_dump_json() if arguments.json else as_text(path, analysis))
    return FAILED if failed else 0


class _FileError(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def _analyse(path: Path, model: Classifier, vad: VadSettings) -> Analysis:
    try:
        recording = read_recording(path, max_ms=MAX_FILE_MS)
        return analyse(
            recording, model_info(model), partial(classify_segment, model.classify), vad=vad
        )
    except RecordingError as error:
        raise _FileError(error.code, file_mistake(path, error)) from None
    except OSError as error:
        raise _FileError("unreadable", file_mistake(path, error)) from None
    except ClassifierError as error:
        raise _FileError(ErrorCode.INTERNAL, f"{path}: {one_line(error)}") from None


def as_text(path: Path, analysis: Analysis) -> str:
    """A file's table: a line for each segment, below what was found altogether."""
    found = counted(len(analysis.utterances), "utterance")
    lines = [f"{path}  {analysis.audio_ms / 1000:.1f} s, {found}"]
    for utterance in analysis.utterances:
        lines += [f"  {verdict_line(segment)}" for segment in utterance.segments]
    return "\n".join(lines)
