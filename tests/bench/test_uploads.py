from __future__ import annotations

import io
import json
import threading
import time
from collections.abc import Iterator
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from os import getpid

import numpy as np
import pytest
import soundfile

from bench.errors import ServerError
from bench.uploads import Pass, cost, make_upload, send_all
from vad.voice import speak


class Echo(BaseHTTPRequestHandler):
    """Answers with the number of samples in the WAV file of a form, or 500 for an empty one."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        (part,) = message_from_bytes(head + body).get_payload()
        samples, rate = soundfile.read(io.BytesIO(part.get_payload(decode=True)), dtype="int16")
        time.sleep(0.05)
        self.send_response(200 if samples.size else 500)
        self.end_headers()
        found = {"label": f"{part.get_param('name', header='content-disposition')} {samples.size}"}
        self.wfile.write(json.dumps(found | {"rate": rate}).encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_every_recording_is_answered_in_order(url: str) -> None:
    uploads = [make_upload(speak(seconds)) for seconds in (0.5, 1.0, 0.25)]
    found = send_all(uploads, url, getpid(), 3, lambda answer: answer["label"])
    assert found.labels == ["file 8000", "file 16000", "file 4000"]
    assert found.speech_s == 1.75
    assert min(found.latency_ms) >= 50
    assert found.seconds >= 0.05
    assert found.cpu_s >= 0
    assert found.mib > 10


def test_figures() -> None:
    one = Pass([1.0], ["sad"], seconds=4.0, cpu_s=3.0, mib=1.0, speech_s=20.0)
    assert one.cpu_per_minute == 9
    assert one.throughput == 5


def test_processor_time_of_a_process() -> None:
    before, until = cost(getpid()).cpu_s, time.process_time() + 0.2
    while time.process_time() < until:
        pass
    assert 0.15 <= cost(getpid()).cpu_s - before <= 5


def test_a_refusal_is_an_error(url: str) -> None:
    nothing = make_upload(np.zeros(0, "<i2"))
    with pytest.raises(ServerError, match="did not take a recording"):
        send_all([nothing], url, getpid(), 1, lambda _: None)
    with pytest.raises(ServerError, match="did not take a recording"):
        send_all([nothing], "http://127.0.0.1:1", getpid(), 1, lambda _: None)
    with pytest.raises(ServerError, match="no process"):
        cost(2**22 - 1)
