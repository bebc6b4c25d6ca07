"""Who a client is, to be counted: its address, also where a proxy of ours stands between."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Final, TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

ONE_SITE: Final = 64
"""Bits of an IPv6 address that are its site's: a client may change the others as it likes."""


def client_address(
    remote: str | None, forwarded: Sequence[str], proxies: Collection[Network]
) -> str | None:
    """Where a request comes from.

    What stands in ``X-Forwarded-For`` is believed as far as proxies of ours wrote it: from its
    end, up to the first address that is none of theirs.

    Args:
        remote: the other end of the connection.
        forwarded: the values of ``X-Forwarded-For``, in their order.
        proxies: our own.

    Examples:
        >>> ours = [ip_network("10.0.0.0/8")]
        >>> client_address("10.0.0.1", ["1.1.1.1, 2.2.2.2, 10.0.0.2"], ours)
        '2.2.2.2'
        >>> client_address("3.3.3.3", ["1.1.1.1"], ours)
        '3.3.3.3'
    """
    hops = [hop.strip() for line in forwarded for hop in line.split(",")]
    nearest = remote
    for hop in reversed(hops):
        if not is_one_of(nearest, proxies) or _address(hop) is None:
            break
        nearest = hop
    return nearest


def limited_as(address: str) -> str:
    """The name under which an address has its places: of IPv6 the site.

    Examples:
        >>> limited_as("2001:db8:1:2:3:4:5:6"), limited_as("::ffff:192.0.2.7")
        ('2001:db8:1:2::/64', '192.0.2.7')
    """
    known = _address(address)
    if isinstance(known, IPv6Address):
        return str(ip_network((known, ONE_SITE), strict=False))
    return str(known or address)


def is_one_of(address: str | None, proxies: Collection[Network]) -> bool:
    """Whether an address is in one of these networks."""
    known = _address(address) if address else None
    return known is not None and any(known in network for network in proxies)


def _address(text: str) -> Address | None:
    """An address without its zone; an IPv4 one that is written as IPv6, as IPv4."""
    try:
        known = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (isinstance(known, IPv6Address) and known.ipv4_mapped) or known
