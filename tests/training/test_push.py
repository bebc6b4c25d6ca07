import base64
import json
import shutil
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from training.push import FILES, PushError, push


class Hub(ThreadingHTTPServer):
    """As much of the Hub's interface as one commit of small files takes."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Requests)
        self.created: list[dict[str, Any]] = []
        self.files: dict[str, bytes] = {}

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Requests(BaseHTTPRequestHandler):
    server: Hub

    def log_message(self, *_: object) -> None:
        pass

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        if self.path == "/api/repos/create":
            self.server.created.append(json.loads(body))
            self.answer({"url": f"{self.server.address}/org/mine"})
        elif self.path == "/api/validate-yaml":
            self.answer({"errors": [], "warnings": []})
        elif "/preupload/" in self.path:
            asked = json.loads(body)["files"]
            self.answer(
                {"files": [{**f, "uploadMode": "regular", "shouldIgnore": False} for f in asked]}
            )
        elif "/commit/" in self.path:
            for line in body.splitlines():
                entry = json.loads(line)
                if entry["key"] == "file":
                    content = base64.b64decode(entry["value"]["content"])
                    self.server.files[entry["value"]["path"]] = content
            self.answer(
                {
                    "commitUrl": f"{self.server.address}/org/mine/commit/abc",
                    "commitOid": "abc",
                    "commitMessage": "",
                    "success": True,
                }
            )
        else:
            self.send_error(404)

    def do_GET(self) -> None:
        if self.path.startswith("/api/models/org/mine"):
            self.answer({"id": "org/mine", "modelId": "org/mine", "siblings": [], "sha": "abc"})
        else:
            self.send_error(404)

    def answer(self, value: dict[str, Any]) -> None:
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub() as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_model_directory_arrives_whole_and_nothing_else_does(
    hub: Hub, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_test")
    folder = tmp_path / "mine"
    shutil.copytree(model, folder)
    (folder / "notes.txt").write_text("mine alone")
    (folder / "model.safetensors").write_bytes(b"small")
    (folder / "model.onnx").write_bytes(b"small too")
    (folder / "canaries.npz").write_bytes(b"sung")
    (folder / "report").mkdir(exist_ok=True)
    (folder / "report" / "test-confusion.png").write_bytes(b"drawn")

    address = push(folder, "org/mine", endpoint=hub.address)

    assert address.endswith("/org/mine/commit/abc")
    assert set(hub.files) == {*FILES, "canaries.npz", "report/test-confusion.png"}
    assert hub.files["README.md"] == (folder / "README.md").read_bytes()
    assert hub.files["model.onnx"] == b"small too"
    assert hub.created[0]["visibility"] == "private"
    assert (hub.created[0]["organization"], hub.created[0]["name"]) == ("org", "mine")


def test_half_a_model_is_not_pushed(hub: Hub, model: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(model, folder)
    (folder / "LICENSE").unlink()
    with pytest.raises(PushError, match="lacks LICENSE"):
        push(folder, "org/mine", endpoint=hub.address)
    assert not hub.created
