"""What kind of file it is, by its first bytes: only three kinds reach a decoder."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

TAKEN: Final = "WAV, FLAC or OGG"

KNOWN: Final = MappingProxyType(
    {
        b"RF64": "RF64",
        b"RIFX": "big-endian WAV",
        b"riff": "Wave64",
        b"FORM": "AIFF",
        b".snd": "AU",
        b"caff": "CAF",
        b"ID3": "MP3, or has a tag of one",
        b"\xff\xfb": "MP3",
        b"\xff\xf3": "MP3",
        b"\xff\xf1": "AAC",
        b"\x1aE\xdf\xa3": "WebM or Matroska",
        b"#!AMR": "AMR",
        b"Creative Voice": "VOC",
    }
)
"""Others that people send, by how they begin."""

MP4: Final = b"ftyp"
"""From byte 4 on."""


def is_taken(content: bytes) -> bool:
    r"""Whether a file begins as WAV, FLAC or OGG does.

    Examples:
        >>> is_taken(b"RIFF\x24\0\0\0WAVEfmt "), is_taken(b"RIFF\x24\0\0\0AVI LIST")
        (True, False)
    """
    is_wav = content[:4] == b"RIFF" and content[8:12] == b"WAVE"
    return is_wav or content[:4] in {b"fLaC", b"OggS"}


def known_name(content: bytes) -> str | None:
    r"""What a file is that is not taken, None where it is nothing that is known.

    Examples:
        >>> known_name(b"\0\0\0\x20ftypM4A ")
        'MP4'
    """
    if content[4:8] == MP4:
        return "MP4"
    return next((name for magic, name in KNOWN.items() if content.startswith(magic)), None)
