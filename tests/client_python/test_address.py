import pytest

from client_python import ConnectError, stream_url


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("localhost:8080", "ws://localhost:8080/v1/stream"),
        ("ws://localhost:8080", "ws://localhost:8080/v1/stream"),
        ("http://localhost:8080/", "ws://localhost:8080/v1/stream"),
        ("https://example.org", "wss://example.org/v1/stream"),
        ("wss://example.org/v1/stream", "wss://example.org/v1/stream"),
        ("https://example.org/voice/v1/stream/", "wss://example.org/voice/v1/stream"),
        ("https://example.org/voice?key=1#top", "wss://example.org/voice/v1/stream?key=1"),
        ("ws://[::1]:80", "ws://[::1]:80/v1/stream"),
    ],
)
def test_any_spelling_of_a_server_means_its_stream(given: str, address: str) -> None:
    assert stream_url(given) == address


@pytest.mark.parametrize(
    "given", ["", "ftp://example.org", "ws://", "ws://host:99999", "ws://[::1", "host:0"]
)
def test_what_is_no_address_is_refused_with_an_example(given: str) -> None:
    with pytest.raises(ConnectError, match="ws://localhost:8080"):
        stream_url(given)
