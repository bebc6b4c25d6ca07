import json
import shutil
import subprocess
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

from server import protocol
from server.protocol import CloseCode, ErrorCode, Reason, WarningCode
from server.protocol_export import ROOT, build_schema, generate, js_type, write
from server.protocol_notes import CLOSE_NOTES, ERROR_NOTES, REASON_NOTES, WARNING_NOTES
from vad import VadSettings

NODE = shutil.which("node")


@pytest.mark.parametrize("name", sorted(generate()))
def test_what_is_in_the_repository_is_what_the_protocol_says(name: str) -> None:
    text = (ROOT / name).read_bytes().decode()
    assert text == generate()[name], "run: python -m server.protocol_export"


def test_generating_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    first = [path.read_bytes() for path in write(tmp_path)]
    assert [path.read_bytes() for path in write(tmp_path)] == first
    assert len(first) == 3


@pytest.mark.skipif(NODE is None, reason="node is not installed")
def test_node_reads_the_constants(tmp_path: Path) -> None:
    module = ROOT / "client_web/protocol.js"
    copy = tmp_path / "protocol.mjs"  # node 20 takes .js for CommonJS without a package.json
    copy.write_text(module.read_text())
    script = f"import({json.dumps(copy.as_uri())}).then(m => console.log(JSON.stringify(m)))"
    run = subprocess.run([str(NODE), "-e", script], capture_output=True, text=True, check=True)
    page: dict[str, Any] = json.loads(run.stdout)
    assert page["PROTOCOL"] == protocol.PROTOCOL
    assert page["PATH"] == protocol.PATH
    assert tuple(page["SAMPLE_RATES"]) == protocol.SAMPLE_RATES
    assert page["TEXT_BYTES"] == protocol.TEXT_BYTES
    assert page["INTERIM_MS"] == protocol.INTERIM_MS
    assert page["LIMITS"] == protocol.Limits().model_dump()
    assert page["CLOSE"] == {code.name: code.value for code in CloseCode}
    assert page["ERROR"] == {code.name: code.value for code in ErrorCode}
    assert page["WARNING"] == {code.name: code.value for code in WarningCode}
    assert page["REASONS"] == [reason.value for reason in Reason]
    assert {name: vad["default"] for name, vad in page["VAD"].items()} == VadSettings().model_dump()
    assert page["VAD"]["max_segment_ms"] == {"default": 8000, "least": 3000, "most": 30000}
    assert page["CLIENT"]["SESSION_START"] == "session.start"
    assert page["SERVER"]["EMOTION"] == "emotion"


def test_a_server_says_everything_and_a_client_may_leave_defaults_out() -> None:
    definitions = build_schema()["$defs"]
    assert definitions["SessionStart"]["required"] == ["type", "sample_rate"]
    assert "latency_ms" in definitions["Emotion"]["required"]
    assert "discarded" in definitions["UtteranceEnded"]["required"]
    assert "retry_after_ms" not in definitions["Error"]["required"]
    assert definitions["VadSettings"]["required"] == list(VadSettings.model_fields)
    assert "required" not in definitions["VadChange"]
    assert js_type(definitions["SessionStart"]["properties"]["vad"]) == "VadChange | null"


def test_a_message_that_is_sent_has_the_fields_that_the_schema_requires() -> None:
    definitions = build_schema()["$defs"]
    for message in (
        protocol.Emotion(
            utterance_id=0, segment=0, final=True, start_ms=0, end_ms=9, label=None,
            reason=Reason.UNCERTAIN, confidence=0.3, scores={"sad": 1.0}, model="1",
        ),
        protocol.UtteranceEnded(utterance_id=0, end_ms=9),
        protocol.Error(code=ErrorCode.BAD_JSON, message="", fatal=False),
    ):  # fmt: skip
        required = definitions[type(message).__name__]["required"]
        assert sorted(json.loads(message.to_json())) == sorted(required)


@pytest.mark.parametrize(
    ("kind", "notes"),
    [
        (CloseCode, CLOSE_NOTES),
        (ErrorCode, ERROR_NOTES),
        (WarningCode, WARNING_NOTES),
        (Reason, REASON_NOTES),
    ],
)
def test_every_code_has_a_note(kind: type[Enum], notes: dict[Any, str]) -> None:
    assert set(notes) == set(kind)


def test_the_reference_names_every_message_field_and_code() -> None:
    page = generate()["docs/protocol.md"]
    for name, definition in build_schema()["$defs"].items():
        for key, field in definition.get("properties", {}).items():
            shown = field["const"] if key == "type" else key
            assert f"`{shown}`" in page, f"{name}.{key}"
    assert all(f"| `{code.value}` | `{code.name}` |" in page for code in CloseCode)
    assert "| `interim_ms` | integer | `1000` | 0 to 10000 |" in page
