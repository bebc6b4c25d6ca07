import socket

import pytest

from server.address import AddressError, ExposedError, check_exposure, open_socket, page_url


def test_a_free_port_is_taken_at_once() -> None:
    with open_socket("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            pass  # it listens already; nobody answers yet
        with pytest.raises(AddressError, match=f"port {port} on 127.0.0.1 is taken"):
            open_socket("127.0.0.1", port)
    with open_socket("127.0.0.1", port) as again:
        assert again.getsockname()[1] == port


def test_an_address_that_is_not_here() -> None:
    with pytest.raises(AddressError, match=r"cannot listen on 192\.0\.2\.1"):
        open_socket("192.0.2.1", 0)
    for name in ("no.such.host.invalid", "a..b", "x" * 70):
        with pytest.raises(AddressError, match="there is no address"):
            open_socket(name, 0)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "localhost", "::1"])
def test_this_machine_alone_needs_no_token(host: str) -> None:
    check_exposure(host, has_token=False, is_open=False)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])
def test_other_machines_need_a_token_or_a_word(host: str) -> None:
    with pytest.raises(ExposedError):
        check_exposure(host, has_token=False, is_open=False)
    check_exposure(host, has_token=True, is_open=False)
    check_exposure(host, has_token=False, is_open=True)


def test_the_address_for_people() -> None:
    with open_socket("127.0.0.1", 0) as listening:
        port = listening.getsockname()[1]
        assert page_url("127.0.0.1", listening) == f"http://localhost:{port}"
    with open_socket("0.0.0.0", 0) as listening:
        port = listening.getsockname()[1]
        assert page_url("0.0.0.0", listening) == f"http://localhost:{port}"
