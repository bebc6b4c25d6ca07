"""A Hugging Face Hub of one model on this machine: the few answers that a download needs."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub(ThreadingHTTPServer):
    """Serves `folder` as the repository `name`, and remembers which files were asked for."""

    daemon_threads = True

    def __init__(self, name: str, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.name, self.folder = name, folder
        self.served: set[str] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Answer(BaseHTTPRequestHandler):
    server: Hub

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        api, resolve = f"/api/models/{self.server.name}", f"/{self.server.name}/resolve/{COMMIT}/"
        if path in (api, f"{api}/revision/main"):
            self._send(json.dumps({"id": self.server.name, "sha": COMMIT, "siblings": []}).encode())
        elif path == f"{api}/tree/{COMMIT}":
            files = [
                {"type": "file", "path": p.name, "size": p.stat().st_size, "oid": _oid(p)}
                for p in sorted(self.server.folder.iterdir())
            ]
            self._send(json.dumps(files).encode())
        elif path.startswith(resolve) and (file := self.server.folder / Path(path).name).is_file():
            self.server.served.add(file.name)
            self._send(file.read_bytes(), etag=_oid(file))
        else:
            self.send_response(404)
            self.send_header("X-Error-Code", "RepoNotFound")
            self.send_header("Content-Length", "0")
            self.end_headers()

    def _send(self, body: bytes, etag: str = "") -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if etag:
            self.send_header("ETag", f'"{etag}"')
            self.send_header("X-Repo-Commit", COMMIT)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Keep quiet."""


def _oid(path: Path) -> str:
    # Git's own name for a file's content, which the cache checks nothing against.
    content = path.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


@contextmanager
def serve_hub(name: str, folder: Path) -> Iterator[Hub]:
    with Hub(name, folder) as hub:
        thread = threading.Thread(target=hub.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield hub
        finally:
            hub.shutdown()
            thread.join()


def fill_cache(cache: Path, name: str, folder: Path) -> Path:
    """Lay a model into a local cache as any Hugging Face library leaves it."""
    repository = cache / ("models--" + name.replace("/", "--"))
    snapshot = repository / "snapshots" / COMMIT
    snapshot.mkdir(parents=True)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(COMMIT)
    for path in folder.iterdir():
        (snapshot / path.name).write_bytes(path.read_bytes())
    return snapshot
