import socket
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.server.command_line import environment, run, serving


def test_it_serves_at_the_address_that_it_prints(tiny_model: Path) -> None:
    with serving(tiny_model) as address, urlopen(f"{address}/healthz", timeout=5) as answer:
        assert answer.status == 200


def test_help_puts_what_is_needed_first() -> None:
    text = run("serve", "--help").stdout
    assert text.index("--model") < text.index("seldom needed") < text.index("--queue-size")
    assert "VIVAVOZ_PORT" in text


@pytest.mark.parametrize("flags", [("--model", "/nowhere"), ("--host", "0.0.0.0")])
def test_what_cannot_be_served_is_one_line(flags: tuple[str, str]) -> None:
    done = run("serve", "--port", "0", *flags)
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("vivavoz: ")
    assert "Traceback" not in done.stderr


def test_the_environment_is_read(tiny_model: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        variables = environment(VIVAVOZ_PORT=str(port), VIVAVOZ_MODEL=str(tiny_model))
        done = run("serve", env=variables)
    assert done.returncode == 1
    assert str(port) in done.stderr
