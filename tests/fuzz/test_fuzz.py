"""The fuzzers for some seconds; ``vivavoz bench fuzz`` is the long run."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from bench import fuzz_files, fuzz_protocol
from bench.findings import Fault, Findings, LawError
from bench.fuzz import CORPUS, HOSTILE, tables
from bench.fuzz_files import CONTAINED, TARGET, input_of, seeds
from bench.fuzz_laws import Laws
from bench.fuzz_protocol import MODEL, ProtocolFuzzer
from bench.fuzz_socket import fuzz_connections
from bench.mutation import mutate, mutate_json, mutate_text
from bench.ogg import is_ogg, with_checksums
from server.actions import Close, Send
from server.protocol import Ack, SessionCreated, UtteranceStarted, read_client_message
from server.session import Session
from server.settings import Settings
from tests.fuzz import crashing
from tests.server.running import StubModel, running

SEED = 20261123
TEXTS = CORPUS.read_text().splitlines()


def test_nothing_that_a_client_sends_goes_wrong_in_here() -> None:
    findings = Findings()
    ProtocolFuzzer(TEXTS, SEED, findings).run(9000)
    assert findings.faults == []
    assert findings.inputs.total() >= 9000
    assert {"session.start", "bad_json", "bad_message"} <= findings.outcomes["messages"].keys()
    assert {"sound", "ended", "closed"} <= findings.outcomes["sessions"].keys()
    assert findings.outcomes["frames"]["taken"] > 10


async def test_nor_over_a_connection(caplog: pytest.LogCaptureFixture) -> None:
    findings = Findings()
    settings = Settings(max_sessions_per_address=64)
    async with running(StubModel(), settings) as server:
        await fuzz_connections(150, SEED, TEXTS, "127.0.0.1", server.port, findings)
        assert (await server.request("GET", "/readyz"))[0] == 200
        await server.until(lambda: not server.service.listeners)
    assert findings.faults == []
    assert not [r for r in caplog.records if r.exc_info and r.name.startswith("server")]
    assert findings.outcomes["connections"]["close 1002"] > 10


def test_nor_does_any_file() -> None:
    findings = Findings()
    fuzz_files.fuzz_files(3000, SEED, HOSTILE, findings)
    assert findings.faults == []
    assert findings.inputs[TARGET] == 3000
    assert findings.inputs[CONTAINED] >= 3
    assert findings.outcomes[TARGET]["decoded"] > 300


# Whether anything would be found ---------------------------------------------------------------


def test_what_raises_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(text: str) -> object:
        if '"token"' in text:
            raise ZeroDivisionError
        return read_client_message(text)

    monkeypatch.setattr(fuzz_protocol, "read_client_message", stumble)
    findings = Findings()
    fuzzer = ProtocolFuzzer(TEXTS, SEED, findings)
    for _ in range(200):
        fuzzer.feed_message()
    assert findings.count("messages", Fault.TRACEBACK) > 5
    assert "ZeroDivisionError" in str(findings.faults[0])
    assert tables(findings)[0].rows[0][2] == findings.count("messages", Fault.TRACEBACK)


def test_a_broken_promise_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Session, "_finish", lambda *_: iter(()))
    findings = Findings()
    ProtocolFuzzer(TEXTS, SEED, findings).feed_session()
    assert "did not close" in str(findings.faults[-1])


def test_what_takes_long_is_found() -> None:
    findings = Findings()
    findings.note("messages", b"x", "taken", 1.01)
    assert findings.count("messages", Fault.HANG) == 1


def test_a_file_that_kills_or_hangs_its_process_is_named_and_the_rest_is_fed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fuzz_files, "_work", crashing.work)
    monkeypatch.setattr(fuzz_files, "LOST_S", 3.0)
    findings = Findings()
    fuzz_files.fuzz_files(12, SEED, None, findings)
    outcomes = findings.outcomes[TARGET]
    assert outcomes == {"crash, to be contained": 1, "hang, to be contained": 1, "decoded": 10}
    assert findings.inputs[CONTAINED] == 3, "both, and the first of all"


@pytest.mark.parametrize(
    ("actions", "law"),
    [
        ([Send(UtteranceStarted(utterance_id=0, start_ms=0))], "before the session"),
        ([Close(1000, ""), Send(Ack(audio_ms=1))], "after the close"),
        ([Send(Ack(audio_ms=20)), Send(Ack(audio_ms=20))], "no news"),
    ],
)
def test_laws(actions: list[Send | Close], law: str) -> None:
    with pytest.raises(LawError, match=law):
        Laws().watch(actions)
    start = Session("s", MODEL).receive_text(TEXTS[0])
    assert isinstance(start[0], Send)
    assert isinstance(start[0].message, SessionCreated)
    with pytest.raises(LawError, match="two sessions"):
        Laws().watch(start * 2)


# What is fed -----------------------------------------------------------------------------------


def test_the_same_seed_feeds_the_same() -> None:
    texts = [[mutate_text(t, Random(3), [b"x"]) for t in TEXTS] for _ in range(2)]
    assert texts[0] == texts[1]
    corpus = seeds(None)
    assert [input_of(corpus, 1, n) for n in range(9)] == [input_of(corpus, 1, n) for n in range(9)]


def test_most_inputs_differ_from_what_they_were_made_of() -> None:
    rng = Random(1)
    assert sum(mutate(b"some bytes", rng, [b"others"]) != b"some bytes" for _ in range(100)) > 80
    changed = [mutate_json('{"a": [1, {"b": 2}]}', rng) for _ in range(100)]
    assert len(set(changed)) > 50
    assert all(json.loads(text) is not Ellipsis for text in changed)
    assert mutate_json("{", rng) == "{"
    assert mutate_json("1", rng)


def test_pages_of_ogg_get_their_checksums(tmp_path: Path) -> None:
    (first,) = [content for content in seeds(None) if is_ogg(content)][:1]
    assert with_checksums(first) == first
    broken = bytearray(first)
    broken[30] ^= 1
    assert with_checksums(bytes(broken)) != bytes(broken)
    assert with_checksums(first[:40])
