"""Where the server listens.

Errors:
    * :exc:`AddressError`: the address cannot be listened on.
        * :exc:`ExposedError`: it can, but anyone could then come in.
"""

from __future__ import annotations

import errno
import ipaddress
import socket
from typing import Final

BACKLOG: Final = 128


class AddressError(Exception):
    """The address cannot be listened on."""


class ExposedError(AddressError):
    """The address is not this machine's alone, and nothing says who may come in."""


def open_socket(host: str, port: int) -> socket.socket:
    """A socket that listens, so that nobody else can take the address any more.

    Args:
        host: a name or an address. Of a name's addresses the first is taken, an IPv4 one if any.
        port: 0 takes a free one.

    Raises:
        AddressError: there is no such address here, or it is taken.
    """
    family, address = _resolve(host, port)
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(BACKLOG)
        listening.setblocking(False)
    except OSError as error:
        listening.close()
        raise _address_error(host, port, error) from error
    return listening


def check_exposure(host: str, *, has_token: bool, is_open: bool) -> None:
    """Refuse to let anyone in by accident.

    Raises:
        ExposedError: other machines could connect, without a token.
        AddressError: there is no such address.
    """
    if has_token or is_open:
        return
    _, address = _resolve(host, 0)
    if not ipaddress.ip_address(str(address[0]).partition("%")[0]).is_loopback:
        raise ExposedError(
            f"{host} can be reached from other machines; give a token with --token-file, or say "
            "with --open that anyone may come in"
        )


def page_url(host: str, listening: socket.socket) -> str:
    """Where a person on this machine finds the page.

    Browsers open the microphone on ``localhost`` without a certificate, and on no other name.
    """
    address = ipaddress.ip_address(listening.getsockname()[0])
    port = listening.getsockname()[1]
    if address.is_loopback or address.is_unspecified:
        return f"http://localhost:{port}"
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{port}"


def _resolve(host: str, port: int) -> tuple[socket.AddressFamily, tuple[str | int | bytes, ...]]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise AddressError(f"there is no address {host!r}: {error}") from error
    found.sort(key=lambda info: info[0] != socket.AF_INET)
    family, _, _, _, address = found[0]
    return family, (str(address[0]), *address[1:])


def _address_error(host: str, port: int, error: OSError) -> AddressError:
    if error.errno == errno.EADDRINUSE:
        return AddressError(
            f"port {port} on {host} is taken; stop what listens there, or choose another port"
        )
    if error.errno == errno.EACCES:
        return AddressError(f"port {port} needs more rights; choose one from 1024 up")
    return AddressError(f"cannot listen on {host}, port {port}: {error.strerror}")
