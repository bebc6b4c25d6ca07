import io
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from server.protocol import SAMPLE_RATES
from server.recording import RecordingError, read_recording
from tests.voice import speak

VOICE = speak(0.5)


def encode(samples: Any, rate: int = 16000, *, kind: str = "WAV", subtype: str = "PCM_16") -> bytes:
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format=kind, subtype=subtype)
    return file.getvalue()


def code_of(content: bytes, **options: Any) -> str:
    with pytest.raises(RecordingError) as caught:
        read_recording(content, **options)
    assert str(caught.value)
    return str(caught.value.code)


@pytest.mark.parametrize("kind", ["WAV", "WAVEX", "FLAC"])
def test_sixteen_bit_mono_comes_through_bit_by_bit(kind: str) -> None:
    extremes = np.array([-32768, -32767, -1, 0, 1, 32767], "<i2")
    samples = np.concatenate([VOICE, extremes])
    recording = read_recording(encode(samples, kind=kind))
    assert recording.sample_rate == 16000
    assert recording.samples.dtype == np.int16
    np.testing.assert_array_equal(recording.samples, samples)


@pytest.mark.parametrize(
    ("kind", "subtype"), [("WAV", "PCM_24"), ("WAV", "PCM_32"), ("FLAC", "PCM_24")]
)
def test_sixteen_bits_in_a_wider_file_are_the_same(kind: str, subtype: str) -> None:
    wide = VOICE.astype(np.int32) << 16
    np.testing.assert_array_equal(
        read_recording(encode(wide, kind=kind, subtype=subtype)).samples, VOICE
    )


@pytest.mark.parametrize("subtype", ["FLOAT", "DOUBLE"])
def test_floats_are_scaled_and_clipped(subtype: str) -> None:
    content = encode(np.array([0.0, 0.5, -0.5, 1.0, -1.0, 1.7, -3e30]), subtype=subtype)
    assert read_recording(content).samples.tolist() == [
        0,
        16384,
        -16384,
        32767,
        -32767,
        32767,
        -32767,
    ]


def test_eight_bits() -> None:
    content = encode(VOICE, subtype="PCM_U8")
    assert np.abs(read_recording(content).samples - VOICE.astype(int)).max() <= 256


def test_ogg_sounds_like_what_was_written() -> None:
    decoded = read_recording(encode(VOICE, kind="OGG", subtype="VORBIS")).samples
    assert len(decoded) == len(VOICE)
    assert np.corrcoef(decoded, VOICE)[0, 1] > 0.9


@pytest.mark.parametrize("rate", SAMPLE_RATES)
def test_every_rate_of_the_protocol(rate: int) -> None:
    recording = read_recording(encode(VOICE, rate))
    assert recording.sample_rate == rate
    np.testing.assert_array_equal(recording.samples, VOICE)


def test_channels_are_averaged() -> None:
    both = np.stack([VOICE, np.zeros_like(VOICE)], axis=1)
    np.testing.assert_array_equal(read_recording(encode(both)).samples, np.rint(VOICE / 2))
    eight = np.stack([VOICE] * 8, axis=1)
    np.testing.assert_array_equal(read_recording(encode(eight, kind="WAVEX")).samples, VOICE)


def test_a_file_on_disk_is_told_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "voice.raw"
    path.write_bytes(encode(VOICE))
    np.testing.assert_array_equal(read_recording(path).samples, VOICE)
    with pytest.raises(FileNotFoundError):
        read_recording(tmp_path / "none.wav")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not_audio"),
        (b"hello, I am a text", "not_audio"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", "not_audio"),
        (encode(np.zeros(0, "<i2")), "empty"),
        (encode(VOICE, 44101), "unsupported"),
        (encode(VOICE, 1), "unsupported"),
        (encode(np.zeros((10, 9), "<i2"), kind="WAVEX"), "unsupported"),
        (encode(VOICE, kind="AIFF"), "unsupported"),
        (encode(VOICE, subtype="MS_ADPCM"), "unsupported"),
        (encode(np.array([0.0, np.nan]), subtype="FLOAT"), "bad_samples"),
        (encode(np.array([0.0, np.inf]), subtype="DOUBLE"), "bad_samples"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{len(value)} bytes",
)
def test_what_is_not_taken(content: bytes, code: str) -> None:
    assert code_of(content) == code


def test_a_file_of_44_bytes_is_a_header_without_audio() -> None:
    content = encode(np.zeros(0, "<i2"))
    assert len(content) == 44
    assert code_of(content) == "empty"


def test_the_longest_recording_and_one_sample_more() -> None:
    longest = np.zeros(16000, "<i2")
    assert len(read_recording(encode(longest), max_ms=1000).samples) == 16000
    assert code_of(encode(np.zeros(16001, "<i2")), max_ms=1000) == "too_long"


def test_a_flac_that_hides_its_length() -> None:
    content = bytearray(encode(np.zeros(64000, "<i2"), kind="FLAC"))
    assert content[:4] == b"fLaC"
    # STREAMINFO: 36 bits from byte 21 on, the lower 32 in bytes 22 to 25 of the file.
    assert struct.unpack(">I", content[22:26])[0] == 64000
    content[22:26] = bytes(4)
    assert code_of(bytes(content)) == "unsupported"


def test_a_wav_that_says_more_than_there_is_gives_what_is_there() -> None:
    content = bytearray(encode(VOICE))
    content[40:44] = b"\xff" * 4  # as a recorder does that writes into a pipe
    np.testing.assert_array_equal(read_recording(bytes(content)).samples, VOICE)


def test_a_flac_that_ends_early_is_broken() -> None:
    content = encode(speak(3.0), kind="FLAC")
    assert code_of(content[: len(content) // 2]) == "broken"


def test_a_wav_cut_short_gives_what_is_there() -> None:
    content = encode(VOICE)
    np.testing.assert_array_equal(read_recording(content[:1044]).samples, VOICE[:500])


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60), st.integers(0, 60), st.sampled_from(["WAV", "FLAC", "OGG"]))
def test_any_damage_is_a_typed_error_or_a_recording(damage: bytes, at: int, kind: str) -> None:
    subtype = "VORBIS" if kind == "OGG" else "PCM_16"
    content = bytearray(encode(VOICE[:2000], kind=kind, subtype=subtype))
    content[at : at + len(damage)] = damage
    try:
        recording = read_recording(bytes(content), max_ms=5000)
    except RecordingError:
        return
    assert recording.samples.dtype == np.int16
    assert recording.sample_rate in SAMPLE_RATES
