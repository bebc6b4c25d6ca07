from ipaddress import ip_network

import pytest

from server.client_address import client_address, is_one_of, limited_as

OURS = [ip_network("10.0.0.0/8"), ip_network("fd00::/8"), ip_network("127.0.0.1")]


@pytest.mark.parametrize(
    ("remote", "forwarded", "client"),
    [
        ("5.5.5.5", [], "5.5.5.5"),
        ("5.5.5.5", ["1.1.1.1"], "5.5.5.5"),  # who is no proxy of ours may write what it likes
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["1.1.1.1"], "1.1.1.1"),
        ("10.0.0.1", ["9.9.9.9, 1.1.1.1"], "1.1.1.1"),  # the client wrote the first itself
        ("10.0.0.1", ["9.9.9.9", "1.1.1.1"], "1.1.1.1"),
        ("10.0.0.1", ["1.1.1.1, 10.0.0.7"], "1.1.1.1"),
        ("10.0.0.1", ["10.0.0.8, 10.0.0.7"], "10.0.0.8"),
        ("10.0.0.1", ["1.1.1.1, unknown"], "10.0.0.1"),
        ("10.0.0.1", ["1.1.1.1, "], "10.0.0.1"),
        ("10.0.0.1", [""], "10.0.0.1"),
        ("10.0.0.1", ["2001:db8::1"], "2001:db8::1"),
        ("fd00::1%eth0", ["1.1.1.1"], "1.1.1.1"),
        ("::ffff:10.0.0.1", ["1.1.1.1"], "1.1.1.1"),
        ("127.0.0.1", ["<script>"], "127.0.0.1"),
        (None, ["1.1.1.1"], None),
        ("/run/socket", ["1.1.1.1"], "/run/socket"),
    ],
)
def test_whose_request_it_is(remote: str | None, forwarded: list[str], client: str | None) -> None:
    assert client_address(remote, forwarded, OURS) == client


def test_without_proxies_nothing_is_believed() -> None:
    assert client_address("10.0.0.1", ["1.1.1.1"], []) == "10.0.0.1"


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("1.2.3.4", "1.2.3.4"),
        ("::ffff:1.2.3.4", "1.2.3.4"),
        ("2001:db8:1:2::7", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::7", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::7", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("/run/socket", "/run/socket"),
    ],
)
def test_who_shares_a_limit(address: str, name: str) -> None:
    assert limited_as(address) == name


def test_networks() -> None:
    assert is_one_of("10.1.2.3", OURS)
    assert not is_one_of("11.1.2.3", OURS)
    assert not is_one_of(None, OURS)
