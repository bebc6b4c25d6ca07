import pytest

from client_python.kept_audio import KeptAudio


@pytest.mark.parametrize("rate", [8000, 22050, 44100, 48000])
def test_the_clock_counts_samples_and_what_is_kept_is_found_by_it(rate: int) -> None:
    kept = KeptAudio(rate)
    pcm = b"".join(i.to_bytes(2, "little") for i in range(rate * 2 // 3))
    kept.add(pcm)
    kept.add(pcm)
    whole = pcm + pcm
    assert kept.end == len(whole)
    assert kept.end_ms == len(whole) * 1000 // (rate * 2)
    kept.forget(500)
    assert kept.start_ms == 500
    at = kept.offset(500)
    assert at == rate // 2 * 2
    assert kept.since(at) == whole[at:]
    assert kept.since(at + 10, 6) == whole[at + 10 : at + 16]
    assert kept.since(kept.end) == b""


def test_forgetting_goes_forward_alone_and_not_beyond_the_end() -> None:
    kept = KeptAudio(16000)
    kept.add(bytes(3200))
    kept.forget(50)
    kept.forget(20)
    assert kept.start_ms == 50
    kept.forget(900)
    assert (kept.start_ms, kept.end_ms) == (100, 100)
