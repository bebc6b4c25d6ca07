"""Visits the server of an image from inside, with the standard library alone.

    python try_visit.py '["vivavoz", "serve"]' '["vivavoz", "healthcheck"]'

Started by docker/try_steps.py. Exits with 1 where something is not as it should be.
"""

from __future__ import annotations

import errno
import io
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
import wave
from pathlib import Path

PAGE = "http://127.0.0.1:8080"
TOKEN = "a token for the visit"
READY_S = 60.0


def main() -> int:
    """Start the server, visit it, stop it."""
    serve, check = json.loads(sys.argv[1]), json.loads(sys.argv[2])
    failed = [*closed_root(), *refuses_without_token(serve)]
    token = Path("/tmp/token")
    token.write_text(TOKEN, encoding="utf-8")
    server = subprocess.Popen(serve, env={**os.environ, "VIVAVOZ_TOKEN_FILE": str(token)})
    try:
        failed += [] if await_ready(check) else ["the health check does not succeed"]
        failed += served(server.pid)
    finally:
        server.send_signal(signal.SIGTERM)
        if server.wait(20):
            failed.append("it does not end with 0")
    for one in failed:
        print(f"FAILED: {one}", flush=True)
    return bool(failed)


def closed_root() -> list[str]:
    """Nothing can be written, and there is nothing to do it with."""
    failed = []
    for place in ("/", "/opt", "/usr/bin", "/home"):
        try:
            Path(place, "written").write_text("x", encoding="utf-8")
            failed.append(f"{place} can be written to")
        except OSError as error:
            if error.errno not in {errno.EROFS, errno.EACCES}:
                failed.append(f"{place}: {error}")
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    facts = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    print(
        f"user {os.getuid()}:{os.getgid()}, capabilities {facts['CapEff']}, "
        f"no new privileges {facts['NoNewPrivs']}",
        flush=True,
    )
    if os.getuid() == 0 or int(facts["CapEff"], 16) or facts["NoNewPrivs"] != "1":
        failed.append("it has rights that it does not need")
    return failed


def refuses_without_token(serve: list[str]) -> list[str]:
    """Started carelessly, it lets nobody in."""
    done = subprocess.run(serve, capture_output=True, text=True, timeout=READY_S, check=False)
    print(f"without a token: exit code {done.returncode}: {done.stderr.strip()[-120:]}", flush=True)
    return [] if done.returncode == 1 and "token" in done.stderr else ["it serves without a token"]


def await_ready(check: list[str]) -> bool:
    """Whether the image's health check succeeds before long."""
    until = time.monotonic() + READY_S
    while time.monotonic() < until:
        done = subprocess.run(check, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return True
        time.sleep(0.2)
    return False


def served(pid: int) -> list[str]:
    """The page, the model, a recording."""
    page = ask("/")
    print(f"GET / -> {len(page)} bytes: {page[:15].decode()}", flush=True)
    model = json.loads(ask("/v1/model"))
    print(f"GET /v1/model -> {model['name']} {model['version']} ({model['runtime']})", flush=True)
    answer = json.loads(ask("/v1/classify", second_of_silence()))
    print(f"POST /v1/classify -> {json.dumps(answer)[:100]}", flush=True)
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    resident = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    print(" ".join(resident.split()), flush=True)
    return [] if b"<title>" in page and "utterances" in answer else ["it answers something else"]


def ask(path: str, body: bytes | None = None) -> bytes:
    """What the server answers."""
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/octet-stream"}
    request = urllib.request.Request(PAGE + path, data=body, headers=headers)
    with urllib.request.urlopen(request, timeout=30) as response:
        return bytes(response.read())


def second_of_silence() -> bytes:
    """A WAV file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(16000)
        sound.writeframes(bytes(32000))
    return file.getvalue()


if __name__ == "__main__":
    sys.exit(main())
