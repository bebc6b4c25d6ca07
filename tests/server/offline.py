"""A server in a network of its own that leads nowhere.

``unshare -rn python -m tests.server.offline MODEL``

Prints what the kernel counted there, as JSON. The kernel counts what is tried, too: a packet that
has no route is one that somebody wanted to send.
"""

from __future__ import annotations

import array
import fcntl
import json
import socket
import struct
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from tests.server.command_line import serving
from tests.server.visit import canary, visit

SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1
OUTSIDE = "192.0.2.1"
"""Nobody's, by RFC 5737."""
COUNTED = ("Ip.OutNoRoutes", "Ip6OutNoRoutes", "Udp.OutDatagrams", "Udp6OutDatagrams")


def bring_loopback_up() -> None:
    """A new network begins with not even itself in reach."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        request = array.array("b", struct.pack("16sh14x", b"lo", 0))
        fcntl.ioctl(one, SIOCGIFFLAGS, request)
        (flags,) = struct.unpack("16xh14x", request)
        fcntl.ioctl(one, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | IFF_UP))


def counters() -> dict[str, int]:
    """What the kernel has counted in this network."""
    found: dict[str, int] = {}
    lines = Path("/proc/self/net/snmp").read_text().splitlines()
    for names, values in zip(lines[::2], lines[1::2], strict=True):
        kind, _, rest = names.partition(": ")
        numbers = values.partition(": ")[2].split()
        found |= {f"{kind}.{n}": int(v) for n, v in zip(rest.split(), numbers, strict=True)}
    with suppress(OSError):
        for line in Path("/proc/self/net/snmp6").read_text().splitlines():
            name, value = line.split()
            found[name] = int(value)
    return found


def since(before: dict[str, int]) -> dict[str, int]:
    """What was counted since."""
    now = counters()
    names = (*COUNTED, "Tcp.ActiveOpens")
    return {name: now.get(name, 0) - before.get(name, 0) for name in names}


def reach_out() -> None:
    """What a server must not do: connect, and ask for a name."""
    program = (
        "import socket\n"
        f"for kind, port in ((socket.SOCK_STREAM, 443), (socket.SOCK_DGRAM, 53)):\n"
        "    with socket.socket(socket.AF_INET, kind) as one:\n"
        "        try:\n"
        f"            one.connect(({OUTSIDE!r}, port)); one.send(b'x')\n"
        "        except OSError: pass\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def main() -> None:
    """Visit a server, then reach out as a control."""
    bring_loopback_up()
    before = counters()
    with serving(Path(sys.argv[1])) as url:
        finals, connections = visit(int(url.rpartition(":")[2]), canary(1))
    server = since(before)
    before = counters()
    reach_out()
    said = {"server": server, "control": since(before)}
    print(json.dumps(said | {"connections": connections, "finals": len(finals)}))


if __name__ == "__main__":
    main()
