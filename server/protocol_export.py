"""Writes what is generated from `server/protocol.py`, the one truth about the wire.

* ``client_web/protocol.js``: constants and JSDoc types for the page,
* ``docs/protocol.schema.json``: JSON Schema of all messages,
* ``docs/protocol.md``: the reference page.

Run ``python -m server.protocol_export`` after a change of the protocol; a test compares.
"""

from __future__ import annotations

import json
import re
from enum import Enum
from pathlib import Path
from typing import Any, Final, TypeAlias

from pydantic import BaseModel, TypeAdapter

from server import protocol
from server.protocol import CloseCode, ErrorCode, Limits, Reason, WarningCode
from server.protocol_notes import CLOSE_NOTES, ERROR_NOTES, REASON_NOTES, WARNING_NOTES
from vad import VadSettings

Schema: TypeAlias = dict[str, Any]

ROOT: Final = Path(__file__).resolve().parents[1]
GENERATED: Final = "Generated from server/protocol.py by `python -m server.protocol_export`"
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
JS_TYPES: Final = {"integer": "number"}


def generate() -> dict[str, str]:
    """The text of each generated file, by its path from the repository's root."""
    schema = build_schema()
    return {
        "client_web/protocol.js": build_javascript(schema),
        "docs/protocol.schema.json": json.dumps(schema, indent=2, ensure_ascii=False) + "\n",
        "docs/protocol.md": build_reference(schema),
    }


def write(root: Path = ROOT) -> list[Path]:
    """Writes all generated files below ``root``; returns their paths."""
    paths = []
    for name, text in generate().items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        paths.append(path)
    return paths


# JSON Schema -----------------------------------------------------------------------------------


def build_schema() -> Schema:
    """JSON Schema of the messages of both sides.

    A client may leave out what has a default; a server says everything, except what is marked
    as left out when there is nothing to say. So ``VadSettings`` is complete, and ``VadChange``,
    what a client sends, may be a part of it.
    """
    client, client_defs = _side(protocol.CLIENT_MESSAGES)
    server, server_defs = _side(protocol.SERVER_MESSAGES)
    for name, definition in server_defs.items():
        _require_all(name, definition)
    text = json.dumps(client_defs).replace("$defs/VadSettings", "$defs/VadChange")
    client_defs = json.loads(text)
    client_defs["VadChange"] = client_defs.pop("VadSettings")
    return {
        "$schema": DIALECT,
        "$comment": GENERATED,
        "title": protocol.PROTOCOL,
        "oneOf": [{"$ref": "#/$defs/ClientMessage"}, {"$ref": "#/$defs/ServerMessage"}],
        "$defs": {"ClientMessage": client, "ServerMessage": server, **client_defs, **server_defs},
    }


def _side(adapter: TypeAdapter[Any]) -> tuple[Schema, dict[str, Schema]]:
    """One side's union of messages, and the definitions it refers to."""
    schema = adapter.json_schema()
    definitions: dict[str, Schema] = schema.pop("$defs")
    for definition in definitions.values():
        if text := definition.get("description"):
            definition["description"] = _summary(text)
        kind = definition.get("properties", {}).get("type", {})
        if "const" in kind:
            definition["required"] = ["type", *definition.get("required", [])]
    clean = _without_titles(definitions)
    return {"oneOf": schema["oneOf"]}, clean


def _summary(docstring: str) -> str:
    """The first paragraph, without the marks of reStructuredText."""
    text = " ".join(docstring.split("\n\n")[0].split())
    return re.sub(r":\w+:`([^`]+)`", r"`\1`", text)


def _without_titles(value: Any) -> Any:
    """Drops the titles, which only repeat the names (and no field is called title)."""
    if isinstance(value, dict):
        return {key: _without_titles(item) for key, item in value.items() if key != "title"}
    if isinstance(value, list):
        return [_without_titles(item) for item in value]
    return value


def _require_all(name: str, definition: Schema) -> None:
    """Marks the fields that a server always sends."""
    model = VadSettings if name == "VadSettings" else getattr(protocol, name)
    if issubclass(model, BaseModel):
        fields = model.model_fields.items()
        definition["required"] = [key for key, field in fields if field.exclude_if is None]


# JavaScript ------------------------------------------------------------------------------------


def build_javascript(schema: Schema) -> str:
    """The page's module: constants, and a JSDoc type for each message."""
    definitions = schema["$defs"]
    ranges = {
        name: {"default": field["default"], "least": field["minimum"], "most": field["maximum"]}
        for name, field in definitions["VadSettings"]["properties"].items()
    }
    defaults = Limits().model_dump()
    blocks = [
        f"// @ts-check\n// {GENERATED}; edits here are lost.",
        _constant("PROTOCOL", "WebSocket sub-protocol.", protocol.PROTOCOL),
        _constant("PATH", "Where the stream is.", protocol.PATH),
        _constant("SAMPLE_RATES", "Hz that a session may have.", protocol.SAMPLE_RATES),
        _constant("TEXT_BYTES", "Most bytes of a text message.", protocol.TEXT_BYTES),
        _constant("CLIENT", "Types of the messages that a client sends.", _types(schema, "Client")),
        _constant("SERVER", "Types of the messages that a server sends.", _types(schema, "Server")),
        _constant("CLOSE", "Why a connection was closed.", _members(CloseCode)),
        _constant("ERROR", "What was wrong.", _members(ErrorCode)),
        _constant("WARNING", "What a person may want to know.", _members(WarningCode)),
        _constant("REASONS", "Why a verdict has no label.", [str(reason) for reason in Reason]),
        _constant("VAD", "Settings of the segmenter, with their ranges.", ranges),
        _constant("INTERIM_MS", "Default of `interim_ms`.", protocol.INTERIM_MS),
        _constant("LIMITS", "Defaults; `session.created` has those in force.", defaults),
        *(_typedef(name, definition) for name, definition in definitions.items()),
    ]
    return "\n\n".join(blocks) + "\n"


def _constant(name: str, note: str, value: Any) -> str:
    text = json.dumps(value, indent=2 if isinstance(value, dict) else None)
    frozen = text if isinstance(value, str | int) else f"Object.freeze({text})"
    return f"/** {note} */\nexport const {name} = {frozen};"


def _types(schema: Schema, side: str) -> dict[str, str]:
    kinds = [_type_of(schema, name) for name in _messages(schema, side)]
    return {kind.replace(".", "_").upper(): kind for kind in kinds}


def _messages(schema: Schema, side: str) -> list[str]:
    return [_name(item) for item in schema["$defs"][f"{side}Message"]["oneOf"]]


def _type_of(schema: Schema, name: str) -> str:
    return str(schema["$defs"][name]["properties"]["type"]["const"])


def _name(item: Schema) -> str:
    return str(item["$ref"]).rsplit("/", 1)[-1]


def _members(kind: type[Enum]) -> dict[str, Any]:
    return {member.name: member.value for member in kind}


def _typedef(name: str, definition: Schema) -> str:
    if "properties" not in definition:
        return f"/** @typedef {{{js_type(definition)}}} {name} */"
    lines = [definition.get("description", ""), f"@typedef {{object}} {name}"]
    required = definition.get("required", [])
    for key, field in definition["properties"].items():
        shown = key if key in required else f"[{key}]"
        lines.append(f"@property {{{js_type(field)}}} {shown} {field.get('description', '')}")
    return "/**\n" + "\n".join(f" * {line}".rstrip() for line in lines) + "\n */"


def js_type(field: Schema) -> str:
    """The JSDoc type of what a JSON Schema describes."""
    if "$ref" in field:
        return _name(field)
    if "const" in field or "enum" in field:
        values = field.get("enum") or [field["const"]]
        return " | ".join(json.dumps(value) for value in values)
    if "anyOf" in field or "oneOf" in field:
        return " | ".join(js_type(item) for item in field.get("anyOf") or field["oneOf"])
    kind = field["type"]
    if kind == "array":
        return f"{js_type(field['items'])}[]"
    if kind == "object":
        return f"Object<string, {js_type(field['additionalProperties'])}>"
    return JS_TYPES.get(kind, str(kind))


# Reference page --------------------------------------------------------------------------------

INTRODUCTION: Final = """\
`GET {path}`, WebSocket, sub-protocol `{protocol}`. Text frames carry one JSON object with a `type`;
binary frames carry PCM, signed 16-bit little-endian, mono, any length of whole samples. Receivers
ignore fields they do not know. A `type` that the server does not know is answered by an error that
does not end the session.

Sample rates: {rates} Hz. A text message holds at most {text_bytes} bytes.

Order within an utterance: `utterance.started`, `emotion` with `final: false` any number of times,
one `emotion` with `final: true` for each segment, `utterance.ended`. Utterances come in order."""


def build_reference(schema: Schema) -> str:
    """The reference page, in Markdown."""
    carried = ["Resume", "VadSettings", "ModelInfo", "Config", "Limits"]
    parts = [
        f"# The wire: `{protocol.PROTOCOL}`\n\n<!-- {GENERATED}; edits here are lost. -->",
        INTRODUCTION.format(
            path=protocol.PATH,
            protocol=protocol.PROTOCOL,
            rates=", ".join(str(rate) for rate in protocol.SAMPLE_RATES),
            text_bytes=protocol.TEXT_BYTES,
        ),
        "## From the client",
        *(_table(schema, name) for name in _messages(schema, "Client")),
        "## From the server",
        *(_table(schema, name) for name in _messages(schema, "Server")),
        "## What messages carry",
        "`VadChange` is any part of `VadSettings`.",
        *(_table(schema, name) for name in carried),
        "## Close codes\n\n" + _codes("code", CloseCode, CLOSE_NOTES),
        "## Error codes\n\n" + _codes("code", ErrorCode, ERROR_NOTES),
        "## Warning codes\n\n" + _codes("code", WarningCode, WARNING_NOTES),
        "## Reasons\n\nWhy a verdict has no label.\n\n" + _codes("reason", Reason, REASON_NOTES),
    ]
    return "\n\n".join(parts) + "\n"


def _table(schema: Schema, name: str) -> str:
    definition = schema["$defs"][name]
    fields = dict(definition["properties"])
    title = fields.pop("type", {}).get("const", name)
    rows = [f"### `{title}`\n\n{definition.get('description', '')}"]
    if fields:
        rows.append("\n| field | type | default | range | note |\n|---|---|---|---|---|")
    for key, field in fields.items():
        cells = [f"`{key}`", _shown_type(field), _default(key, field, definition), _range(field)]
        rows.append(f"| {' | '.join(cells)} | {_note(field)} |".replace("  ", " "))
    return "\n".join(rows)


def _shown_type(field: Schema) -> str:
    return js_type(field).replace(" | ", " or ").replace("number", _number(field))


def _number(field: Schema) -> str:
    return "integer" if "integer" in json.dumps(field) else "number"


def _default(key: str, field: Schema, definition: Schema) -> str:
    if "default" in field and field["default"] is not None:
        return f"`{json.dumps(field['default'])}`"
    return "" if key in definition.get("required", []) else "left out"


def _range(field: Schema) -> str:
    """The bounds, also of a field that may be null; 2**53 only says that doubles hold it."""
    bounds = {**field}
    for item in field.get("anyOf", []):
        bounds.update(item)
    least = bounds.get("minimum", bounds.get("minLength"))
    most = bounds.get("maximum", bounds.get("maxLength"))
    unit = " characters" if "maxLength" in bounds else ""
    if most is None or most == 2**53:
        return "" if least is None else f"{least} or more"
    return f"{least if least is not None else 0} to {most}{unit}"


def _note(field: Schema) -> str:
    inner = (item.get("description", "") for item in field.get("anyOf", []))
    return str(field.get("description") or next((text for text in inner if text), ""))


def _codes(head: str, kind: type[Enum], notes: dict[Any, str]) -> str:
    rows = [f"| {head} | name | meaning |\n|---|---|---|"]
    rows += [f"| `{member.value}` | `{member.name}` | {notes[member]} |" for member in kind]
    return "\n".join(rows)


if __name__ == "__main__":
    write()
