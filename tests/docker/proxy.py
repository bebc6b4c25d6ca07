"""nginx with docker/nginx/vivavoz.conf in front of a real server, all on loopback."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from bench.server_process import free_ports, serve
from server.protocol import PROTOCOL
from tests.docker.files import DOCKER

SITE = DOCKER / "nginx" / "vivavoz.conf"
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
READY_S = 20.0
MAIN = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log info;
{user}
events {{}}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""


@dataclass
class Proxy:
    """Where it is, and what stands behind it."""

    http: int
    https: int
    server: int
    server_pid: int
    folder: Path
    trust: ssl.SSLContext

    def connect(self, *, local: str = "127.0.0.1", **options: Any) -> connect:
        """A connection through it, from an address of this machine."""
        address = f"wss://localhost:{self.https}/v1/stream"
        given = {"host": "127.0.0.1", "local_addr": (local, 0), "ssl": self.trust}
        return connect(address, **LIKE_A_CLIENT, **given, **options)

    def connect_past(self, *, local: str, **options: Any) -> connect:
        """A connection to the server itself."""
        address = f"ws://127.0.0.1:{self.server}/v1/stream"
        return connect(address, local_addr=(local, 0), **LIKE_A_CLIENT, **options)

    def stop_server(self) -> None:
        os.kill(self.server_pid, signal.SIGTERM)

    @property
    def errors(self) -> str:
        return (self.folder / "error.log").read_text()


LIKE_A_CLIENT: dict[str, Any] = {
    "subprotocols": [PROTOCOL],
    "compression": None,
    "proxy": None,
    "ping_interval": None,  # whoever pings here is the server
}


@contextmanager
def standing(
    folder: Path, *flags: str, timeout: str = "60s", in_flight: int = 128
) -> Iterator[Proxy]:
    """The proxy and the server.

    Args:
        folder: for the proxy's files, and the certificate of `prepare.sh`.
        flags: of the server.
        timeout: after which the proxy cuts a connection without a byte.
        in_flight: requests of one address.
    """
    assert NGINX
    subprocess.run(
        ["sh", DOCKER / "prepare.sh"],
        env={**os.environ, "VIVAVOZ_SECRETS": str(folder / "secrets")},
        check=True,
        capture_output=True,
    )
    http, https = free_ports(2)
    with ExitStack() as stack:
        trusting = ("--trusted-proxies", "127.0.0.1")
        server = stack.enter_context(serve("default", "--workers", "1", *trusting, *flags))
        port = int(server.url.rpartition(":")[2])
        site = adapted(folder, http, https, port, timeout=timeout, in_flight=in_flight)
        (folder / "site.conf").write_text(site)
        user = "user root;" if os.geteuid() == 0 else ""
        (folder / "nginx.conf").write_text(MAIN.format(folder=folder, user=user))
        stack.enter_context(nginx(folder, https))
        trust = ssl.create_default_context(cafile=str(folder / "secrets" / "authority.pem"))
        assert server.pid
        yield Proxy(http, https, port, server.pid, folder, trust)


def adapted(
    folder: Path, http: int, https: int, server: int, *, timeout: str, in_flight: int
) -> str:
    """The file that is shipped, with what belongs to this test in it; all of it must be there."""
    text = SITE.read_text()
    for pattern, replacement, count in (
        (r"listen 80;", f"listen 127.0.0.1:{http};", 1),
        (r"listen 443 ssl", f"listen 127.0.0.1:{https} ssl", 1),
        (r"listen \[::\]:\d+.*;", "", 2),
        (r"server 127\.0\.0\.1:8080;", f"server 127.0.0.1:{server};", 1),
        (r"/etc/vivavoz/", f"{folder}/secrets/", 2),
        (r"proxy_read_timeout 60s;", f"proxy_read_timeout {timeout};", 1),
        (r"limit_conn vivavoz_in_flight 128;", f"limit_conn vivavoz_in_flight {in_flight};", 1),
    ):
        text, found = re.subn(pattern, replacement, text)
        assert found == count, pattern
    return text


@contextmanager
def nginx(folder: Path, port: int) -> Iterator[None]:
    """nginx, listening."""
    assert NGINX
    command = [NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            until = time.monotonic() + READY_S
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port), timeout=1).close()
                    break
                except OSError:
                    assert process.poll() is None, "nginx has ended"
                    assert time.monotonic() < until, "nginx does not listen"
                    time.sleep(0.02)
            yield
        finally:
            process.terminate()


async def begin(socket: ClientConnection) -> dict[str, Any]:
    """Start a session. Gives the first answer."""
    await socket.send(json.dumps({"type": "session.start", "sample_rate": 16000}))
    answer: dict[str, Any] = json.loads(await socket.recv())
    return answer


async def refused(connecting: connect) -> int:
    """The status of a refusal before the upgrade; 0 where there was none."""
    try:
        async with connecting:
            return 0
    except InvalidStatus as error:
        return error.response.status_code
