"""Plain sockets through a network that is cut by a plan."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Iterator

import pytest

from bench.network import Cut, Network, network, random_cuts


class Echo(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        while data := self.request.recv(100):
            self.request.sendall(data)


@pytest.fixture
def echo_url() -> Iterator[str]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Echo) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def speak(between: Network) -> socket.socket:
    """A connection through which something has come back."""
    host, port = between.url.removeprefix("http://").split(":")
    line = socket.create_connection((host, int(port)), timeout=10)
    line.sendall(b"there?")
    assert line.recv(100) == b"there?"
    return line


def test_a_plan_is_the_same_for_the_same_seed_and_in_order() -> None:
    plan = random_cuts(3, 20, within_s=300, most_out_s=2)
    assert plan == random_cuts(3, 20, within_s=300, most_out_s=2)
    assert plan != random_cuts(4, 20, within_s=300, most_out_s=2)
    assert len(plan) == 20
    assert plan == sorted(plan)
    assert all(0 <= cut.at_s <= 300 and 0 <= cut.out_s <= 2 for cut in plan)
    assert {cut.reset for cut in plan} == {True, False}


def test_every_cut_ends_a_connection_that_had_come_back(echo_url: str) -> None:
    # All are due at once: each waits until there is something to cut.
    cuts = [Cut(0, reset, 0.05) for reset in (True, False, True)]
    with network(echo_url) as between:
        lines = [speak(between)]
        plan = between.suffer(cuts)
        for cut in cuts:
            if cut.reset:
                with pytest.raises(ConnectionResetError):
                    lines[-1].recv(100)
            else:
                assert lines[-1].recv(100) == b""
            assert not plan.done()
            lines.append(speak(between)) if cut is not cuts[-1] else None
        plan.result(10)
        lines.append(speak(between))
        for line in lines:
            line.close()


def test_a_plan_that_is_not_over_ends_with_its_network(echo_url: str) -> None:
    with network(echo_url) as between:
        plan = between.suffer([Cut(1000, reset=True, out_s=1000)])
    assert plan.cancelled()


def test_an_address_without_a_port_is_refused() -> None:
    with pytest.raises(ValueError, match="no port"):
        Network("http://localhost")
