from pathlib import Path

import pytest
from aiohttp.test_utils import make_mocked_request

from server.access import Access, TokenFileError, bearer, read_token


@pytest.mark.parametrize(
    ("origin", "host", "allowed"),
    [
        (None, "localhost:8080", True),
        ("http://localhost:8080", "localhost:8080", True),
        ("https://voz.example", "voz.example", True),
        ("HTTP://LocalHost:8080", "localhost:8080", True),
        ("https://app.example", "voz.example", True),
        ("http://localhost:8081", "localhost:8080", False),
        ("http://localhost", "localhost:8080", False),
        ("https://app.example.evil.example", "voz.example", False),
        ("http://app.example", "voz.example", False),
        ("https://evil.example", "voz.example", False),
        ("https://voz.example@evil.example", "voz.example", False),
        ("ftp://voz.example", "voz.example", False),
        ("null", "null", False),
        ("", "", False),
        ("http://", "", False),
        ("http://[", "localhost", False),
    ],
)
def test_origins(origin: str | None, host: str, allowed: bool) -> None:
    assert Access(origins=("https://app.example",)).origin_ok(origin, host) is allowed


@pytest.mark.parametrize(
    ("token", "is_right"),
    [
        ("sesame", True),
        ("sesam", False),
        ("sesame ", False),
        ("", False),
        (None, False),
        ("é", False),
    ],
)
def test_tokens(token: str | None, is_right: bool) -> None:
    assert Access(token="sesame").token_ok(token) is is_right
    assert not Access(token="sesame").token_ok("sesam\ud800"), "nothing that UTF-8 has"
    assert Access().token_ok(token)


@pytest.mark.parametrize(
    ("header", "token"),
    [
        ("Bearer sesame", "sesame"),
        ("bearer  sesame ", "sesame"),
        ("Basic sesame", None),
        ("sesame", None),
        ("", None),
        ("Bearer", ""),
    ],
)
def test_the_token_of_a_request(header: str, token: str | None) -> None:
    request = make_mocked_request("GET", "/", headers={"Authorization": header})
    assert bearer(request) == token


def test_a_token_file(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("  sesame\n")
    assert read_token(path) == "sesame"
    assert read_token(None) is None
    path.write_text(" \n")
    with pytest.raises(TokenFileError, match="empty"):
        read_token(path)
    path.write_bytes(b"\xff")
    with pytest.raises(TokenFileError):
        read_token(path)
    with pytest.raises(TokenFileError):
        read_token(tmp_path)
