"""What is no WAV, FLAC or OGG, whatever it is called."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Iterator

from tests.hostile import wav
from tests.hostile.case import Case, seed


def cases() -> Iterator[Case]:
    """All of them."""
    for name, content, code, what in (*_containers(), *_strangers(), *_nothing()):
        yield Case(name, content, code, what)


def _containers() -> Iterator[tuple[str, bytes, str, str]]:
    data = wav.TONE
    big = struct.pack(">4sI4s", b"RIFX", 36 + len(data), b"WAVE")
    yield "rifx.wav", big + wav.fmt() + wav.chunk(b"data", data), "unsupported", "big-endian WAV"
    rf64 = b"RF64" + wav.wav()[4:]
    yield "rf64.wav", rf64, "unsupported", "RF64"
    comm = struct.pack(">4sIhIh", b"COMM", 18, 1, 1600, 16) + bytes.fromhex("400cfa00000000000000")
    aiff = comm + struct.pack(">4sIII", b"SSND", 8 + len(data), 0, 0) + data
    form = struct.pack(">4sI4s", b"FORM", 4 + len(aiff), b"AIFF") + aiff
    yield "aiff.aiff", form, "unsupported", "AIFF"
    au = struct.pack(">4s5I", b".snd", 24, len(data), 3, 16000, 1) + data
    yield "au.au", au, "unsupported", "AU"
    yield "caf.caf", b"caff\0\1\0\0desc" + bytes(60), "unsupported", "CAF"
    yield (
        "w64.w64",
        b"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\0\0" + bytes(64),
        "unsupported",
        "Wave64",
    )
    yield (
        "voc.voc",
        b"Creative Voice File\x1a\x1a\0\x0a\1\x29\x11" + bytes(64),
        "unsupported",
        "VOC",
    )
    yield "mp3.mp3", (b"\xff\xfb\x90\0" + bytes(413)) * 4, "unsupported", "MP3"
    yield (
        "mp3-tag.mp3",
        b"ID3\4\0\0\x7f\x7f\x7f\x7f" + bytes(256),
        "unsupported",
        "an MP3 tag of 256 MB",
    )
    tagged = b"ID3\4\0\0\0\0\0\x0a" + bytes(10) + seed("voice.flac")[:2000]
    yield "tag-flac.flac", tagged, "unsupported", "FLAC behind an MP3 tag"
    yield "aac.aac", (b"\xff\xf1\x50\x80\x02\x1f\xfc" + bytes(10)) * 8, "unsupported", "AAC"
    yield (
        "mp4.m4a",
        b"\0\0\0\x20ftypM4A \0\0\0\0M4A mp42isom\0\0\0\0" + bytes(64),
        "unsupported",
        "MP4",
    )
    yield (
        "mp4-huge.mp4",
        b"\xff\xff\xff\xffftypisom" + bytes(64),
        "unsupported",
        "an MP4 box of 4 GB",
    )
    yield "webm.webm", b"\x1aE\xdf\xa3\x9fB\x86\x81\1" + bytes(64), "unsupported", "WebM"
    yield "amr.amr", b"#!AMR\n" + bytes(range(200)), "unsupported", "AMR"
    yield "avi.wav", wav.riff(wav.chunk(b"LIST", bytes(64)), kind=b"AVI "), "not_audio", "AVI"
    yield (
        "webp.wav",
        wav.riff(wav.chunk(b"VP8 ", bytes(64)), kind=b"WEBP"),
        "not_audio",
        "a picture",
    )
    sd2 = bytes(200)
    yield "sd2.sd2", sd2, "not_audio", "nothing, called SD2"


def _strangers() -> Iterator[tuple[str, bytes, str, str]]:
    tone = wav.wav()
    packed = b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + zlib.compress(tone, level=0)[2:]
    yield "gzip.wav", packed, "not_audio", "a WAV packed with gzip"
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        upwards = zipfile.ZipInfo("../../etc/voice.wav")
        upwards.create_system = 3
        file.writestr(upwards, tone)
    yield "zip.wav", archive.getvalue(), "not_audio", "an archive that wants to be unpacked upwards"
    for name, content, what in (
        ("html.wav", b"<!doctype html><script>alert(1)</script>", "a page"),
        (
            "svg.wav",
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
            "a picture with a script",
        ),
        (
            "xml.wav",
            b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
            "an entity",
        ),
        ("json.wav", b'{"audio": "' + b"A" * 300 + b'"}', "JSON"),
        ("deep.wav", b"[" * 5000, "brackets, five thousand deep"),
        ("pickle.wav", b"cos\nsystem\n(S'id'\ntR.", "a pickle that runs a program"),
        ("script.wav", b"#!/bin/sh\nid\n", "a shell script"),
        ("elf.wav", b"\x7fELF\2\1\1" + bytes(120), "a program"),
        ("png.wav", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\xff" * 60, "a picture"),
        ("pdf.wav", b"%PDF-1.7\n1 0 obj<</OpenAction 2 0 R>>endobj", "a PDF"),
        ("midi.wav", b"MThd\0\0\0\6\0\1\0\1\0\x60MTrk\xff\xff\xff\xff", "MIDI"),
        ("playlist.wav", b"#EXTM3U\nfile:///etc/passwd\n", "a playlist of files here"),
        ("url.wav", b"http://169.254.169.254/latest/meta-data/", "an address"),
        ("path.wav", b"../../../../etc/passwd", "a path"),
        ("sqlite.wav", b"SQLite format 3\0" + bytes(84), "a database"),
        (
            "numpy.npy",
            b"\x93NUMPY\1\0\x76\0{'descr': '|O', 'fortran_order': False}",
            "numpy objects",
        ),
        ("late-riff.wav", bytes(64) + tone, "a WAV behind 64 zeros"),
        ("bom.wav", b"\xef\xbb\xbf" + tone, "a WAV behind a mark of UTF-8"),
        ("lower.wav", b"riff" + tone[4:8] + b"wave" + tone[12:], "a WAV in small letters"),
        (
            "lines.wav",
            tone.replace(b"\n", b"\r\n").replace(b"RIFF", b"RIFF\r\n"),
            "a WAV sent as text",
        ),
    ):
        code = "unsupported" if name == "lower.wav" else "not_audio"
        yield name, content, code, what


def _nothing() -> Iterator[tuple[str, bytes, str, str]]:
    yield "nothing.wav", b"", "not_audio", "no bytes"
    yield "one-byte.wav", b"R", "not_audio", "one byte"
    yield "riff-alone.wav", b"RIFF", "not_audio", "four bytes"
    yield "wave-alone.wav", b"RIFF\4\0\0\0WAVE", "415", "twelve bytes"
    yield "flac-alone.flac", b"fLaC", "415", "four bytes"
    yield "ogg-alone.ogg", b"OggS", "415", "four bytes"
    yield "zeros.wav", bytes(4096), "not_audio", "zeros"
    yield "ones.wav", b"\xff" * 4096, "not_audio", "ones"
    for number in range(3):
        content = random.Random(number).randbytes(2048)
        yield f"random-{number}.wav", content, "not_audio", "any bytes"
        for magic, ending in (
            (b"RIFF\0\4\0\0WAVEfmt ", "wav"),
            (b"fLaC\0\0\0\x22", "flac"),
            (b"OggS\0\2", "ogg"),
        ):
            yield (
                f"random-{number}-{ending}.{ending}",
                magic + content,
                "415",
                f"any bytes, as {ending}",
            )
