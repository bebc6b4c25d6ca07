import pytest

from server.containers import is_taken, known_name
from tests.server.test_recording import VOICE, encode


@pytest.mark.parametrize(
    ("kind", "subtype"), [("WAV", "PCM_16"), ("FLAC", "PCM_16"), ("OGG", "VORBIS")]
)
def test_what_is_written_as_such_is_taken(kind: str, subtype: str) -> None:
    assert is_taken(encode(VOICE, kind=kind, subtype=subtype))


@pytest.mark.parametrize("kind", ["AIFF", "AU", "CAF", "RF64", "W64", "VOC"])
def test_what_else_libsndfile_reads_is_not_and_has_a_name(kind: str) -> None:
    content = encode(VOICE, kind=kind)
    assert not is_taken(content)
    assert known_name(content)


@pytest.mark.parametrize("content", [b"", b"RIFF", b"RIFF\0\0\0\0", b"WAVE", b"OggX", b"\0" * 64])
def test_nothing_else_is(content: bytes) -> None:
    assert not is_taken(content)
    assert known_name(content) is None
